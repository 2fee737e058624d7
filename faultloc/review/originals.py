"""The file that a sample was read from, found by its id and never outside its data set."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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
    folder of the examined set may itself be a link. ``follow_links``: wherever the ids and links lead.
    """

    def __init__(self, results: Results, *, follow_links: bool = False) -> None:
        self._ids, self._follow_links = results.dataset.sample_ids, follow_links
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
        path = self._root / name  # an absolute name, as a table may have it, stands for itself
        try:
            resolved = path.resolve()
            is_inside = any(resolved.is_relative_to(home) for home in self._homes)
            if not self._follow_links and not is_inside:
                return Original(None, f"it leads out of {self._root} (--follow-links shows such files)")
            return Original(path) if path.is_file() else Original(None, f"the file is no longer at {path}")
        except (OSError, ValueError) as error:
            return Original(None, f"the file cannot be reached ({error})")

    @cached_property
    def _homes(self) -> tuple[Path, ...]:
        homes = [self._root.resolve()]
        if self._image_set:
            homes.append((self._root / self._image_set).resolve())
        return tuple(homes)
