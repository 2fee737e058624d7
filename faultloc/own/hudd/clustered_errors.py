"""The clusters of errors, with all that shows or stores them: data alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from faultloc.evaluation.known_parameters import KnownParameters
from faultloc.evaluation.parameter_study import ParameterStudy, study_parameters
from faultloc.methods.hudd.assignment import UnsafeSet
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.methods.hudd.settings import HuddSettings
from faultloc.own.hudd.improvement import Improvement
from faultloc.own.hudd.linking import Linked
from faultloc.own.kept_folder import KeptFolder
from faultloc.report.hudd.cause_tables import causes_table, errors_table
from faultloc.report.hudd.shown_cause import ShownCause, show_causes
from faultloc.report.hudd.unusual_parameters import unusual_parameters
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class ClusteredErrors:
    """What ``RootCausesFound`` holds, which says more of it; ``texts`` are empty unless the inputs are text.

    Without ``texts`` tokens are spelt with ``vocabulary``.
    """

    dataset: LabeledDataset
    linked: Linked
    root_causes: RootCauses
    settings: HuddSettings
    texts: Sequence[str] = ()
    improvement: Improvement | None = None
    unsafe_set: UnsafeSet | None = None
    why_no_unsafe_set: str = ""
    vocabulary: Sequence[str] = ()
    known: KnownParameters = field(default_factory=KnownParameters)
    # Where the inputs lie until nobody needs them.
    kept_in: KeptFolder | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.root_causes.medoids)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """A row an error, in the order of the data set."""
        return errors_table(self.dataset, self.linked.errors, self.root_causes)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """A row a cause, the largest first."""
        return causes_table(self.dataset, self.linked.errors, self.root_causes)

    @cached_property
    def unsafe(self) -> pd.DataFrame | None:
        """A row an unsafe image, in the order of the improvement set; None where there is no such set."""
        if self.improvement is None or self.unsafe_set is None:
            return None
        return self.improvement.table(self.unsafe_set)

    @cached_property
    def unusual(self) -> Mapping[int, Sequence[str]]:
        """Of each cluster, from 1, which known parameters of the samples are unusual there, in words."""
        errors = self.linked.errors
        return unusual_parameters(self.dataset.parameters, errors.places, self.root_causes.cluster, errors.correct)

    @cached_property
    def parameter_study(self) -> ParameterStudy | None:
        """What the known parameters of the samples say of the clusters; None where none are known, or no cluster is."""
        places, cluster = self.linked.errors.places, self.root_causes.cluster
        if not self.dataset.parameters or not len(self):
            return None
        of_errors = {name: values[places] for name, values in self.dataset.parameters.items()}
        return study_parameters(of_errors, cluster, self.known)

    @property
    def layer(self) -> str:
        """The layer whose clusters these are."""
        return self.root_causes.layer

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that it can be cut at, in the order in which samples pass them."""
        return tuple(self.linked.evidence.by_layer)

    def shown(self, count: int = 24) -> Sequence[ShownCause]:
        """The causes as people see them: pictures or texts of the first ``count`` errors, labels, heatmap."""
        return show_causes(
            self.dataset,
            self.linked.errors,
            self.root_causes,
            count=count,
            heatmaps=self.linked.heatmaps.values,
            texts=self.texts,
            vocabulary=self.vocabulary,
            unusual=self.unusual,
        )
