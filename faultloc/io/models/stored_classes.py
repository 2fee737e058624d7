"""The names of a model's classes, where its file or its configuration says them."""

import re
from collections.abc import Mapping

_KEYS = (
    "class_names",
    "classes",
    "idx_to_class",
    "class_to_idx",
    "id2label",
    "label2id",
    "idx2label",
    "label_names",
    "labels",
    "names",
    "categories",
)
# What Hugging Face's configurations say of a model that nobody has named the classes of.
_PLACEHOLDER = re.compile(r"LABEL_\d+")


def find_class_names(holder: Mapping) -> tuple[str, ...] | None:
    """The names of the outputs in their order, that ``holder`` says under one of the usual keys; else None."""
    return next((names for key in _KEYS if (names := names_by_output(holder.get(key))) is not None), None)


def names_by_output(said: object) -> tuple[str, ...] | None:
    """The names in the order of the outputs: ``said`` is a list of them, or maps outputs to names or names to outputs.

    None where it is nothing of this kind, names an output twice or leaves one out, or has placeholders for names.
    """
    if isinstance(said, list | tuple):
        pairs = list(enumerate(said))
    elif isinstance(said, Mapping):
        items = list(said.items())
        by_name = all(isinstance(key, str) and type(value) is int for key, value in items)
        pairs = [(value, key) if by_name else (key, value) for key, value in items]
    else:
        return None
    numbered: dict[int, str] = {}
    for number, name in pairs:
        if isinstance(number, str) and re.fullmatch(r"[0-9]{1,9}", number):
            number = int(number)
        if type(number) is not int or not isinstance(name, str) or number in numbered:
            return None
        numbered[number] = name
    names = tuple(numbered[number] for number in sorted(numbered))
    is_whole = len(names) > 1 and sorted(numbered) == list(range(len(names))) and len(set(names)) == len(names)
    return None if not is_whole or all(_PLACEHOLDER.fullmatch(name) for name in names) else names
