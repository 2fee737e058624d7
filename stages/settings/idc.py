"""Settings of coverage."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from stages.settings.callables import arguments_of
from stages.settings.kinds import Bounds, Count, CountOrNone, Group, Named, Text
from stages.settings.suggestions import close_to, did_you_mean

Attribution = Annotated[str, Named("faultloc.methods.idc.attributions:ATTRIBUTIONS")]
Criterion = Annotated[str, Named("faultloc.methods.idc.criteria:CRITERIA")]


class UnitOutputsSettings(Group):
    """Where the units are read."""

    point: Literal["before", "after"]


class ImportanceSettings(Group):
    """What says how much a unit matters."""

    attributions: list[Attribution]
    correct_only: bool


class VoteSettings(Group):
    """The attributions that vote."""

    methods: Annotated[list[Attribution], Bounds(at_least=1)]
    candidates: Count
    votes: Count
    batches: Count
    batch_size: Count
    across: bool
    clipped: bool


class SelectionSettings(Group):
    """Which units are the important ones."""

    by: Annotated[str, Named("faultloc.methods.idc.attributions:ATTRIBUTIONS", others=("scores",))]
    scores: Text
    scope: Literal["end2end", "layer", "layer_by_layer"]
    layer_index: int | None
    top: Count

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage selection makes them: the scope layer has an index, no other has."""
        from faultloc.methods.idc.selection import SelectionSettings as Selection

        Selection(values["scope"], values["layer_index"], values["top"])


class CentroidsSettings(Group):
    """The clusters of an important unit's outputs."""

    clusters: Count | None
    candidates: list[Count]
    drops_zeros: bool
    decimals: CountOrNone | None

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage centroids makes them: there is a number of clusters."""
        from faultloc.methods.idc.centroids import ClusterSettings

        ClusterSettings(**values)


class CoverageSettings(Group):
    """The criteria, and the settings of each by its name."""

    criteria: list[Criterion]
    settings: dict[str, dict]

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """Each criterion's settings are arguments of its class."""
        check_criteria(values["settings"], "idc.coverage.settings")


class IdcSettings(Group):
    """Coverage."""

    of_class: CountOrNone | None
    unit_outputs: UnitOutputsSettings
    importance: ImportanceSettings
    vote: VoteSettings
    selection: SelectionSettings
    centroids: CentroidsSettings
    coverage: CoverageSettings


def check_criteria(settings: Mapping[str, Mapping[str, object]], key: str) -> None:
    """Raises ConfigError unless ``settings``, at ``key``, are of criteria, and such as their classes take."""
    from faultloc.errors import ConfigError
    from faultloc.methods.idc.criteria import CRITERIA

    for criterion, own in settings.items():
        if criterion not in CRITERIA:
            close = did_you_mean(close_to(criterion, CRITERIA))
            raise ConfigError(f"{key} has settings of {criterion}, and there is no such criterion{close}")
        allowed = arguments_of(CRITERIA[criterion], key, own, not_set=("model", "network", "self", "units"))
        for name in own:
            if allowed.get(name) is None:
                close = did_you_mean(close_to(name, allowed)) or f"; expected {', '.join(allowed) or 'none'}"
                raise ConfigError(f"there is no setting {key}.{criterion}.{name}{close}")
