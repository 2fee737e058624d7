"""The classes of a data set of files, and their order."""

import json
from collections.abc import Sequence
from pathlib import Path

from faultloc.errors import DataError

_EXPECTED = 'expected a list of names ["cat", "dog"] or a mapping of each name to its index {"cat": 0, "dog": 1}'


def read_class_names(
    root: Path, split_folder: Path, names: Sequence[str], file: Path | None = None
) -> tuple[tuple[str, ...], bool]:
    """The class names in the order of their indices, and whether a file says so; else ``names`` in alphabetical order.

    The file is ``file``, or ``classes.json`` in ``root`` or in ``split_folder``.

    Raises:
        DataError: the file is missing or malformed, or does not name one of ``names``.
    """
    places = [file] if file else [root / "classes.json", split_folder / "classes.json"]
    path = next((path for path in places if path.is_file()), None)
    if path is None:
        if file:
            raise DataError(f"the file {file} does not exist: {_EXPECTED}")
        return tuple(sorted(set(names))), False
    known = _names_in(path)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DataError(
            f"{unknown[0]!r} in {split_folder} is no class of {path}, which names {', '.join(known[:10])}: add it "
            "there or remove its samples"
        )
    return known, True


def _names_in(path: Path) -> tuple[str, ...]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not readable as JSON ({error}): {_EXPECTED}") from error
    if isinstance(content, dict) and all(isinstance(index, int) for index in content.values()):
        if sorted(content.values()) != list(range(len(content))):
            raise DataError(f"the indices in {path} are not 0 to {len(content) - 1}, each once: {_EXPECTED}")
        content = sorted(content, key=content.__getitem__)
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise DataError(f"{path} holds something else: {_EXPECTED}")
    if len(set(content)) != len(content):
        raise DataError(f"{path} names a class twice: {_EXPECTED}")
    return tuple(content)
