"""The names that a pickle would import, read from its instructions; nothing of the file is executed."""

import io
import pickletools
import zipfile
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from pathlib import Path

from faultloc.errors import ModelError
from faultloc.io.models.content import FileKind

# A file of torch.save before PyTorch 1.6: magic number, protocol, system, the object, the keys of its storages.
_LEGACY_PICKLES = 5


def names_in(path: Path, kind: FileKind) -> set[str]:
    """The names (package.module.name) in the pickles of the file at ``path`` that torch.load would read.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        if kind is FileKind.CHECKPOINT:
            with zipfile.ZipFile(path) as archive:
                [member] = [name for name in archive.namelist() if name.rpartition("/")[2] == "data.pkl"]
                return names_in_pickle(io.BytesIO(archive.read(member)))
        with path.open("rb") as file:
            pickles = _LEGACY_PICKLES if kind is FileKind.LEGACY_CHECKPOINT else 1
            return set().union(*(names_in_pickle(file) for _ in range(pickles)))
    except Exception as error:  # a damaged length or code ends in any of zipfile's and pickletools' errors
        raise ModelError(f"{path} is damaged or cut off ({error}); copy or save it again") from error


def names_in_pickle(file: io.BytesIO | io.BufferedReader) -> set[str]:
    """The names in the pickle that starts at the position of ``file``, which is left behind it.

    Raises:
        ValueError: there is no whole pickle.
    """
    names: set[str] = set()
    strings: list[str] = []
    memo: dict[int, str] = {}
    last = ""
    for operation, argument, _ in pickletools.genops(file):
        if operation.name in ("GLOBAL", "INST"):
            names.add(_present_name(*str(argument).split(" ", 1)))
        elif operation.name == "STACK_GLOBAL":
            names.add(_present_name(*(strings[-2:] if len(strings) > 1 else ("?", "?"))))
        elif operation.name == "MEMOIZE":
            memo[len(memo)] = last
        elif operation.name in ("PUT", "BINPUT", "LONG_BINPUT") and isinstance(argument, int):
            memo[argument] = last
        elif operation.name in ("GET", "BINGET", "LONG_BINGET") and isinstance(argument, int):
            strings.append(memo.get(argument, ""))
        last = argument if isinstance(argument, str) else ""
        if last:
            strings.append(last)
    return names


def _present_name(module: str, name: str) -> str:
    # Protocol 2, torch.save's, writes the names of Python 2.
    if (module, name) in NAME_MAPPING:
        module, name = NAME_MAPPING[module, name]
    return f"{IMPORT_MAPPING.get(module, module)}.{name}"
