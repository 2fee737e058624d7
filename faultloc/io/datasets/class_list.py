"""The classes of a folder of images, and their order."""

import json
from pathlib import Path

from faultloc.errors import DataError

_EXPECTED = 'expected a list of names ["cat", "dog"] or a mapping of each name to its index {"cat": 0, "dog": 1}'


def read_class_names(root: Path, split_folder: Path, folders: list[str]) -> tuple[str, ...]:
    """The class names in the order of their indices: from ``classes.json``, else ``folders`` in alphabetical order.

    ``classes.json`` stands in ``root`` or in ``split_folder``.

    Raises:
        DataError: the file is malformed, or ``folders`` has a class that it does not name.
    """
    path = next((path for path in (root / "classes.json", split_folder / "classes.json") if path.is_file()), None)
    if path is None:
        return tuple(sorted(folders))
    names = _names_in(path)
    unknown = sorted(set(folders) - set(names))
    if unknown:
        raise DataError(
            f"the folder {split_folder / unknown[0]} is no class of {path}, which names {', '.join(names[:10])}: "
            "add it there or remove the folder"
        )
    return names


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
