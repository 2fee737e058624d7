"""What the default scorer calls the kinds of suspected faults, in the column ``kind`` of its ranking.

Apart from what tells them apart, so that who only reads a ranking depends on the words alone.
"""

WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS = "wrong label", "foreign input", "ambiguous"
NEAR_DUPLICATE = "near-duplicate with another label"
ALL_KINDS = (WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS, NEAR_DUPLICATE)
