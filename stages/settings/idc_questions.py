"""Settings of the research questions that coverage is judged by."""

from collections.abc import Mapping
from typing import Annotated, Any

from stages.settings.idc import Attribution, Criterion, check_criteria
from stages.settings.kinds import Bounds, Count, Group, Named, Positive, ShareOrAll

# Of a list: so many entries.
_SOME = Bounds(at_least=1)
Counts = Annotated[list[Count], _SOME]
Attack = Annotated[str, Named("faultloc.methods.idc.questions.attacks:ATTACKS")]


class UnitsSettings(Group):
    """The units that matter."""

    attributions: Annotated[list[Attribution], _SOME]
    samples: Count | None
    layer_index: int | None
    top: Count


class CriteriaSettings(Group):
    """The criteria, and the settings of each by its name."""

    names: Annotated[list[Criterion], _SOME]
    settings: dict[str, dict]
    build_samples: Count | None

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """Each criterion's settings are arguments of its class."""
        check_criteria(values["settings"], "idc_questions.criteria.settings")


class PruningSettings(Group):
    """RQ1."""

    counts: list[Count]
    layer_counts: list[Count]
    repetitions: Annotated[int, Bounds(at_least=2)]


class ClustersSettings(Group):
    """The criterion idc, as RQ2 takes it."""

    clusters: Count | None
    candidates: list[Count]


class DiversitySettings(Group):
    """RQ2."""

    counts: Counts
    clusters: ClustersSettings
    share: Annotated[float, Bounds(above=0, at_most=0.5)]
    std: Positive
    repetitions: Count


class SensitivitySettings(Group):
    """RQ3."""

    sizes: Counts
    shares: Annotated[list[ShareOrAll], _SOME]
    attacks: list[Attack]
    repetitions: Count


class ImpartialitySettings(Group):
    """RQ4."""

    sizes: Counts
    biased: Annotated[int, Bounds(at_least=20)]
    even: Count
    attack: Attack | None
    resamples: Count


class OverheadSettings(Group):
    """RQ5."""

    build_samples: Count | None
    samples: Count | None


class IdcQuestionsSettings(Group):
    """The research questions."""

    units: UnitsSettings
    criteria: CriteriaSettings
    pruning: PruningSettings
    diversity: DiversitySettings
    sensitivity: SensitivitySettings
    impartiality: ImpartialitySettings
    overhead: OverheadSettings
