"""What a mistyped name was meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 3


def close_to(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> list[str]:
    """Those of ``names`` that ``name`` may be a slip of, the closest first."""
    by_lower: dict[str, str] = {}
    for known in names:
        by_lower.setdefault(known.lower(), known)
    return [by_lower[found] for found in get_close_matches(name.lower(), by_lower, _SHOWN, cutoff=cutoff)]


def did_you_mean(found: Iterable[str]) -> str:
    """`; did you mean a or b?`, or nothing."""
    listed = list(dict.fromkeys(found))[:_SHOWN]
    return f"; did you mean {listed_with_or(listed)}?" if listed else ""


def listed_with_or(names: Iterable[str]) -> str:
    """`a, b or c`."""
    *first, last = list(names)
    return f"{', '.join(first)} or {last}" if first else last
