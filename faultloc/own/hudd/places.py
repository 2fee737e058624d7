"""Where results lie: in a folder of their own, or in a case study's as HUDD's users know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# All that lies in a folder of its own.
WRITTEN = (
    "dataset",
    "linked",
    "causes",
    "models",
    "unsafe_set",
    "*Result.csv",
    "classes.json",
    "errors.*",
    "causes.*",
    "unsafe_set.*",
    "variance_reduction.csv",
    "unsafe_values.csv",
    "summary.json",
    "run.json",
    "report.html",
)


@dataclass(frozen=True)
class ResultPlaces:
    """``root`` holds the page and the tables of all samples, ``kept`` what the next run takes up, ``tables`` those of
    errors and causes, ``unsafe`` and ``models`` folders of their own; the pictures of a cause lie in ``images_at``.
    ``written`` are the patterns of what lies in ``root`` and is nobody else's."""

    root: Path
    kept: Path
    tables: Path
    images: Path
    unsafe: Path
    models: Path
    names_layer: bool
    written: Sequence[str]

    @property
    def page(self) -> Path:
        """The page."""
        return self.root / "report.html"

    def images_at(self, layer: str) -> Path:
        """The folder with a folder of pictures a cause, by ``layer``."""
        return self.images / _as_file_name(layer) if self.names_layer else self.images


def plain_places(folder: Path) -> ResultPlaces:
    """Everything in ``folder``: `errors.csv`, `causes.csv`, `report.html`, `causes/<cluster>/`, `unsafe_set/`."""
    return ResultPlaces(
        folder,
        folder,
        folder,
        folder / "causes",
        folder / "unsafe_set",
        folder / "models",
        names_layer=False,
        written=WRITTEN,
    )


def case_study_places(folder: Path, mode: str) -> ResultPlaces:
    """As HUDD's users know them: `testResult.csv` in ``folder``, `T/ClusterAnalysis_<mode>/<layer>/<cluster>/`,
    `T/UnsafeSet/<cluster>/`, `T/DNNModels_<mode>/`."""
    below = folder / "T"
    analysis = below / f"ClusterAnalysis_{mode}"
    return ResultPlaces(
        folder,
        below / "kept",
        analysis,
        analysis,
        below / "UnsafeSet",
        below / f"DNNModels_{mode}",
        names_layer=True,
        # The rest lies where HUDD's own code puts it, and takes the place of what that left.
        written=("report.html", "run.json"),
    )


def _as_file_name(layer: str) -> str:
    return layer.replace("/", "_").replace(" ", "_")
