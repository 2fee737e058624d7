"""The folder that a command writes its results into: one command's alone, which `run.json` there says."""

import json
from collections.abc import Sequence
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import save_json

COMMANDS = ("dfaulo", "hudd", "idc", "coverage", "deep-localize")
_RUN = "run.json"


def claim_folder(folder: Path, command: str, names: Sequence[str], *, otherwise: str = "give another --output") -> None:
    """Makes ``folder`` the place of what ``command`` finds; ``names`` are the patterns of all that it may write there.

    A folder that holds other files is taken, as long as none of them has one of the ``names``. ``otherwise`` is what a
    person does who has named a folder that cannot be taken.

    Raises:
        DataError: another command's results lie there, or something that no command has written, or the folder cannot
            be written.
    """
    require_writable(folder, otherwise=otherwise)
    present = sorted({path.name for pattern in names for path in folder.glob(pattern)})
    # Folders below that are a command's own are no part of this one.
    others = [path for path in folder.iterdir() if path.name != _RUN and not (path / _RUN).exists()]
    authors = _authors(folder)
    if others and authors and command not in authors:
        raise DataError(
            f"{folder} holds the results of `faultloc {authors[0]}`; expected a folder for those of "
            f"`faultloc {command}` alone: {otherwise}"
        )
    if present and not authors:
        raise DataError(
            f"{folder} has {present[0]}, which `faultloc {command}` has not written; expected a new folder, or one "
            f"with its earlier results: {otherwise}"
        )
    if not (folder / _RUN).exists() or not others:
        # An interrupted run leaves it too, so that the next one knows its own folder.
        save_json(folder / _RUN, {"command": command})


def require_writable(folder: Path, *, otherwise: str = "give another --output") -> None:
    """Makes ``folder`` and writes into it: that it cannot be written is found out before the work, not after it.

    Raises:
        DataError: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except (FileExistsError, NotADirectoryError) as error:
        raise DataError(f"{error.filename} is a file; expected a folder for the results: {otherwise}") from error
    except OSError as error:
        raise DataError(
            f"the folder {folder} cannot be written ({error.strerror}); expected one for the results: {otherwise}"
        ) from error


def _authors(folder: Path) -> Sequence[str]:
    """The command whose results these are; those that it may have been, where it was an earlier version or stopped."""
    run = _object(folder / _RUN)
    if run is not None:
        if run.get("command") in COMMANDS:
            return [str(run["command"])]
        for command, key, table in (("dfaulo", "scorer", "ranking.csv"), ("hudd", "hudd", "errors.csv")):
            if key in run or (not run and (folder / table).exists()):
                return [command]
    if "coverage" in (_object(folder / "coverage.json") or {}):
        return ["coverage", "idc"]
    if "runs" in (_object(folder / "diagnosis.json") or {}):
        return ["deep-localize"]
    return COMMANDS if "digest" in (_object(folder / "dataset/digest.json") or {}) else ()


def _object(path: Path) -> dict[str, object] | None:
    """What the JSON file holds, or None where it is none of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
