"""Everything that the page about root causes says, gathered before any of it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faultloc.report.hudd.shown_cause import OUTLIERS, ShownCause


@dataclass(frozen=True)
class RetrainedMode:
    """The accuracies of one way to choose images, one a run, in [0, 1], and how many images it had labelled."""

    name: str
    accuracies: Sequence[float]
    labelled: int


@dataclass(frozen=True)
class Retrained:
    """What retraining gave: the accuracy before, each mode's, and what may be claimed of it, in sentences."""

    before: float
    test_samples: int
    modes: Sequence[RetrainedMode]
    verdicts: Sequence[str]


@dataclass(frozen=True)
class CausesContent:
    """The content of the page.

    ``evidence`` says what the errors were compared by, ``why_no_heatmaps`` and ``why_no_unsafe_set`` are sentences or
    empty. ``unsafe`` counts the unsafe images of each cause, by its number. ``parameters`` are sentences about those
    that are known of the samples. ``about`` says which data and model they are, ``folders`` where files are, both by
    heading.
    """

    test_samples: int
    errors: int
    layer: str
    evidence: str
    causes: Sequence[ShownCause]
    class_names: Sequence[str]
    why_no_heatmaps: str = ""
    unsafe: Mapping[int, int] = field(default_factory=dict)
    why_no_unsafe_set: str = ""
    retrained: Retrained | None = None
    parameters: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)

    @property
    def clusters(self) -> Sequence[ShownCause]:
        """The causes without the outliers."""
        return [cause for cause in self.causes if cause.number != OUTLIERS]
