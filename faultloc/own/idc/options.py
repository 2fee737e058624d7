"""How `faultloc idc` and `faultloc coverage` measure, as their options say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number

# Candidates for the number of clusters where it is chosen by the silhouette.
_CANDIDATES = tuple(range(2, 10))


@dataclass(frozen=True)
class CoverageOptions:
    """Which ``criteria``, and how importance-driven coverage is measured.

    What matters is said by an ``attribution``, or by the scores in ``csv_file``: the ``top`` units of the layer at
    ``layer_index``, or, for None, of all but the last; each in so many ``clusters``, or, for None, by the silhouette.
    """

    criteria: Sequence[str]
    attribution: str = "lrp"
    top: int = 10
    clusters: int | None = 2
    layer_index: int | None = None
    csv_file: Path | None = None
    candidates: Sequence[int] = _CANDIDATES
    batch_size: int = 256

    def __post_init__(self) -> None:
        check_number("--top-m-neurons", self.top, at_least=1, whole=True)
        if self.clusters is not None:
            check_number("--n-cluster", self.clusters, at_least=2, whole=True)


def chosen_criteria(said: str, known: Sequence[str]) -> list[str]:
    """The criteria named in ``said``, with commas between.

    Raises:
        ConfigError: one of them is not known.
    """
    names = [name.strip().lower() for name in said.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no criterion {name!r}; expected some of: {', '.join(known)}")
    if not names:
        raise ConfigError(f"no criterion is named; expected some of: {', '.join(known)}")
    return list(dict.fromkeys(names))
