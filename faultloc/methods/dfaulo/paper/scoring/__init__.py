"""From what the mutants say to a suspiciousness, and on with verdicts."""
