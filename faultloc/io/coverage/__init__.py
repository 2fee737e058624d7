"""What the stages of coverage exchange: outputs of units, their importance, the chosen ones, centres, the answer."""
