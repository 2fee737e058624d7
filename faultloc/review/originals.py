"""The file that a sample was read from, found by its id and never outside its data set."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from faultloc.errors import DataError
from faultloc.io.examined import ExaminedData, examined_data
from faultloc.io.results_store import Results


@dataclass(frozen=True)
class Original:
    """The file of a sample, or None and ``why`` there is none; ``why`` is empty where samples are no files at all."""

    path: Path | None
    why: str = ""


class Originals:
    """Where the samples of ``results`` came from, as far as `run.json` says it.

    `run.json` may come from somebody else. So only what lies in the data set's own folder is found, links resolved; the
    folder of the examined set may itself be a link.
    """

    def __init__(self, results: Results) -> None:
        self._ids = results.dataset.sample_ids
        try:
            data = examined_data(results.run, results.folder)
        except DataError:
            data = ExaminedData("arrays", results.folder / "dataset")
        self._are_files = data.form != "arrays" and not len(results.texts) and results.dataset.input_kind != "tokens"
        self._root = data.root if data.form == "folder" else data.root.parent
        self._image_set = data.image_set if data.form == "folder" else ""

    def find(self, row: int) -> Original:
        """The file of the sample at ``row``."""
        if not self._are_files:
            return Original(None)
        name = str(self._ids[row])
        relative = PurePosixPath(name)
        if "\0" in name or relative.is_absolute() or ".." in relative.parts:
            return Original(None, f"its path leads out of {self._root}")
        path = self._root / relative
        try:
            if not path.is_file():
                return Original(None, f"the file is no longer at {path}")
            resolved = path.resolve()
        except (OSError, ValueError):
            return Original(None, f"the file cannot be reached at {path}")
        if not any(resolved.is_relative_to(home) for home in self._homes):
            return Original(None, f"it is a link that leads out of {self._root}")
        return Original(path)

    @cached_property
    def _homes(self) -> tuple[Path, ...]:
        homes = [self._root.resolve()]
        if self._image_set:
            homes.append((self._root / self._image_set).resolve())
        return tuple(homes)
