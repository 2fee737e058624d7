"""The classes of a data set of files, and their order."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.shown_cell import shown_cell, shown_cells

_EXPECTED = 'expected a list of names ["cat", "dog"] or a mapping of each name to its index {"cat": 0, "dog": 1}'
# Under these keys people's files hold the list or the mapping beside other things.
_HELD_UNDER = ("id2label", "class_to_idx", "idx_to_class", "classes", "class_names", "names", "labels")


def read_class_names(
    root: Path,
    split_folder: Path,
    names: Sequence[str],
    file: Path | None = None,
    *,
    place_of: Callable[[str], str] | None = None,
) -> tuple[tuple[str, ...], bool]:
    """The class names in the order of their indices, and whether a file says so; else ``names`` in alphabetical order.

    The file is ``file``, or ``classes.json`` in ``root`` or in ``split_folder``. ``place_of`` says where a name stands,
    for an error; without it ``names`` are those of the folders in ``split_folder``.

    Raises:
        DataError: the file is missing or malformed, or does not name one of ``names``.
    """
    places = [file] if file else [root / "classes.json", split_folder / "classes.json"]
    path = next((path for path in places if path.is_file()), None)
    if path is None:
        if file:
            raise DataError(f"the file {file} does not exist: {_EXPECTED}")
        return tuple(sorted(set(names))), False
    known = read_class_list(path)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise _unknown_classes(unknown, split_folder, place_of, f"{path}, which names {shown_cells(known)}")
    return known, True


def _unknown_classes(
    unknown: Sequence[str], folder: Path, place_of: Callable[[str], str] | None, known: str
) -> DataError:
    """What is said of the first of the ``unknown`` names, with its place and how many others there are."""
    first, others = unknown[0], len(unknown) - 1
    if place_of is None:
        thing, verb, named = "folder", "rename", str(folder / first)
    else:
        thing, verb, named = "label", "mend", f"{shown_cell(first)!r} {place_of(first)}"
    if not others:
        return DataError(
            f"the {thing} {named} is no class of {known}: {verb} the {thing}, add it there or remove its samples"
        )
    return DataError(
        f"the {thing} {named} and {others:,} other{'s' if others > 1 else ''} are no classes of {known}: {verb} the "
        f"{thing}s, add them there or remove their samples"
    )


def read_class_list(path: Path) -> tuple[str, ...]:
    """The class names in the file at ``path``, in the order of their indices.

    It is JSON: a list of names, or a mapping of names to indices or of indices to names, also under a usual key as in
    Hugging Face's `config.json`; or text, a name a line, with its index before it or without.

    Raises:
        DataError: it is neither, names a class twice or leaves an index out.
    """
    if not path.is_file():
        raise DataError(f"the file {path} does not exist: {_EXPECTED}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as text ({error}): {_EXPECTED}") from error
    try:
        content = json.loads(text)
    except ValueError as error:
        if path.suffix == ".json" or text.lstrip()[:1] in ("{", "["):
            raise DataError(f"{path} is not readable as JSON ({error}): {_EXPECTED}") from error
        content = _lines(text)
    if isinstance(content, dict):
        content = next((content[key] for key in _HELD_UNDER if isinstance(content.get(key), dict | list)), content)
        content = _by_index(path, content) if isinstance(content, dict) else content
    if not isinstance(content, list) or not all(isinstance(name, str | int) for name in content) or not content:
        raise DataError(f"{path} holds something else: {_EXPECTED}")
    names = [str(name) for name in content]
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise DataError(f"{path} names a class twice, {twice!r}: {_EXPECTED}, each with a name of its own")
    return tuple(names)


def _by_index(path: Path, content: dict) -> list[object]:
    """The names of a mapping in the order of their indices, whichever of the two the keys are."""
    names, indices = list(content), list(content.values())
    if all(type(index) is int for index in indices):
        pairs = list(zip(indices, names, strict=True))
    elif all(re.fullmatch("[0-9]{1,9}", key) for key in names):
        # ImageNet's own list has the folder's name and the word: {"0": ["n01440764", "tench"]}.
        pairs = [(int(key), value[0] if isinstance(value, list) and value else value) for key, value in content.items()]
    else:
        raise DataError(f"{path} holds something else: {_EXPECTED}")
    if sorted(index for index, _ in pairs) != list(range(len(pairs))):
        raise DataError(f"the indices in {path} are not 0 to {len(pairs) - 1}, each once: {_EXPECTED}")
    return [name for _, name in sorted(pairs, key=lambda pair: pair[0])]


def _lines(text: str) -> list[str]:
    """A name a line; where all begin with their index (`0 cat`, `0: cat`, `0,cat`), without it and in its order."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [re.fullmatch(r"([0-9]+)\s*[\s:,;=]\s*(.+)", line) for line in lines]
    found = {int(match[1]): match[2].strip() for match in numbered if match}
    if len(found) == len(lines) and sorted(found) == list(range(len(lines))):
        return [found[index] for index in range(len(lines))]
    return lines
