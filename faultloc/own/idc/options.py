"""How `faultloc idc` and `faultloc coverage` measure, as their options say it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from faultloc.errors import ConfigError
from faultloc.methods.idc.attributions import ATTRIBUTIONS
from faultloc.methods.idc.centroids import ClusterSettings
from faultloc.methods.idc.selection import Scope, SelectionSettings
from faultloc.probes.layer_outputs import Point
from faultloc.settings_check import check_number

# What `--attr` calls WISDOM's voting, which is of several attributions.
VOTES = "wisdom"


@dataclass(frozen=True)
class Preset:
    """What a paper or its code does where nothing else is asked for."""

    clusters: ClusterSettings
    scope: Scope = "end2end"
    layer_index: int | None = None
    top: int = 10
    point: Point = "before"


PRESETS = {
    "wisdom": Preset(ClusterSettings(2, tuple(range(2, 10)))),
    "deepimportance": Preset(ClusterSettings(None, (2, 3, 4), True, 2), "layer", -2, 6, "after"),
}


@dataclass(frozen=True)
class CoverageOptions:
    """Which ``criteria``, and how importance-driven coverage is measured.

    What matters is said by an ``attribution``, or by the scores in ``csv_file``; ``target`` names the function that
    picks the number that counts, for a network that does not answer with classes. ``of_class`` restricts training and
    test set to one class. So many inputs of a pool are chosen, ``additions``.
    """

    criteria: Sequence[str]
    attribution: str = "lrp"
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    clusters: ClusterSettings = PRESETS["wisdom"].clusters
    point: Point = "before"
    of_class: str | None = None
    csv_file: Path | None = None
    target: str | None = None
    additions: int = 20
    seed: int = 0
    batch_size: int = 256


def coverage_options(
    criteria: Sequence[str],
    *,
    preset: str = "wisdom",
    attribution: str = "lrp",
    top: int | None = None,
    clusters: int | None = None,
    by_silhouette: bool = False,
    layer_index: int | None = None,
    layer_by_layer: bool = False,
    end2end: bool = False,
    all_classes: bool = False,
    of_class: str | None = None,
    csv_file: Path | None = None,
    target: str | None = None,
    additions: int = 20,
    seed: int = 0,
) -> CoverageOptions:
    """The options of the commands; what is None is as ``preset`` has it.

    Raises:
        ConfigError: two of them contradict each other, or one is out of its range.
    """
    usual = PRESETS[preset]
    said = {"--layer-index": layer_index is not None, "--layer-by-layer": layer_by_layer, "--end2end": end2end}
    _at_most_one(said)
    _at_most_one({"--all-class": all_classes, "--test-image": of_class is not None})
    _at_most_one({"--use-silhouette": by_silhouette, "--n-cluster": clusters is not None})
    check_number("--top-m-neurons", usual.top if top is None else top, at_least=1, whole=True)
    check_number("--add", additions, at_least=1, whole=True)
    check_number("--seed", seed, at_least=0, whole=True)
    known = (*ATTRIBUTIONS, VOTES)
    if csv_file is None and attribution not in known:
        raise ConfigError(f"--attr is {attribution!r}; expected one of: {', '.join(known)}")
    if clusters is not None:
        check_number("--n-cluster", clusters, at_least=2, whole=True)
    scope: Scope = "layer_by_layer" if layer_by_layer else "end2end" if end2end else "layer"
    units = usual.top if top is None else top
    selection = SelectionSettings(usual.scope, usual.layer_index, units, fewer_will_do=top is None)
    if any(said.values()):
        selection = replace(selection, scope=scope, layer_index=layer_index)
    number = usual.clusters.clusters if clusters is None else clusters
    return CoverageOptions(
        criteria,
        attribution,
        selection,
        replace(usual.clusters, clusters=None if by_silhouette else number),
        usual.point,
        of_class,
        csv_file,
        target,
        additions,
        seed,
    )


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


def _at_most_one(options: dict[str, bool]) -> None:
    given = [name for name, is_given in options.items() if is_given]
    if len(given) > 1:
        raise ConfigError(f"{' and '.join(given)} are given, which exclude each other; expected one of them")
