"""From the evidence to probabilities, kinds and counts, and on with verdicts."""
