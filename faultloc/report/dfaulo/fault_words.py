"""What was done to a sample, in words."""

_WORDS = {
    "random_label": "label changed",
    "specific_label": "label changed",
    "random_data": "input replaced",
    "specific_data": "input replaced",
    "given": "known fault",
}


def fault_words(kind: str) -> str:
    """The fault ``kind``, of those that are planted or known, in words."""
    return _WORDS.get(kind, kind.replace("_", " "))
