"""Classes of the same name, told apart: what is found is said by names."""

import warnings
from collections.abc import Mapping, Sequence

from faultloc.own.dataset.label_forms import Reading, Unusable

_SHOWN = 3


def distinct_names(class_names: Sequence[str]) -> tuple[str, ...]:
    """``class_names`` with each once: a class that is called as one before it gets its index, `crane (517)`, of which
    there is a warning. ImageNet's own list has such names.
    """
    known, taken = set[str](), set(class_names)
    distinct: list[str] = []
    renamed: list[str] = []
    for index, name in enumerate(class_names):
        own = name
        if name in known:
            while own in taken:
                own += f" ({index})"
            renamed.append(own)
        known.add(name)
        taken.add(own)
        distinct.append(own)
    if renamed:
        shown = ", ".join(map(repr, renamed[:_SHOWN])) + (", ..." if len(renamed) > _SHOWN else "")
        warnings.warn(
            f"{len(renamed)} of {len(class_names)} classes are called as one before them, and get their index behind "
            f"the name: {shown}; give class_names=[...] with each name once for names of your own",
            stacklevel=2,
        )
    return tuple(distinct)


def meanings(class_names: Sequence[str]) -> Mapping[str, Reading]:
    """What each name means as a label: its index, or that it is the name of several classes."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(class_names):
        places.setdefault(name, []).append(index)
    return {name: of[0] if len(of) == 1 else _ambiguous(name, of) for name, of in places.items()}


def _ambiguous(name: str, places: Sequence[int]) -> Unusable:
    return Unusable(
        f"ambiguous {name}",
        f"{name!r}, as the classes {' and '.join(map(str, places))} are called",
        "give the classes' numbers as labels, or names that differ",
    )
