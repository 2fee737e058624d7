"""What the default scorer calls the kinds of suspected faults, in the column ``kind`` of its ranking.

Apart from what tells them apart, so that who only reads a ranking depends on the words alone.
"""

WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS = "wrong label", "foreign input", "ambiguous"
NEAR_DUPLICATE = "near-duplicate with another label"
ALL_KINDS = (WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS, NEAR_DUPLICATE)

_OF_SEVERAL = {
    WRONG_LABEL: "wrong labels",
    FOREIGN_INPUT: "foreign inputs",
    NEAR_DUPLICATE: "near-duplicates with another label",
}


def count_in_words(count: int, kind: str) -> str:
    """``count`` faults of ``kind``: `1 wrong label`, `1,200 foreign inputs`, `3 ambiguous`."""
    return f"{count:,} {kind if count == 1 else _OF_SEVERAL.get(kind, kind)}"
