"""What was found: the causes, the errors of each, and how to look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from faultloc.errors import DataError
from faultloc.methods.hudd.assignment import UnsafeSet
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.methods.hudd.settings import HuddSettings
from faultloc.own.hudd.improvement import Improvement
from faultloc.own.hudd.linking import Linked
from faultloc.own.kept_folder import KeptFolder
from faultloc.report.hudd.cause_tables import causes_table, errors_table
from faultloc.settings_check import check_number
from faultloc.subject.dataset import LabeledDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from faultloc.report.hudd.shown_cause import ShownCause


@dataclass(frozen=True)
class RootCausesFound:
    """The answer of ``find_root_causes``.

    ``errors`` has a row an error: sample_id, index (its place in the data set as it was given), given_label,
    predicted_label, cluster (from 1, the largest; 0 for an outlier), distance (from the cluster's medoid), is_medoid.
    ``causes`` has a row a cluster: cluster, errors, share of all errors, medoid, given_label and predicted_label (the
    commonest ones) with given_share and predicted_share, in (0, 1]. ``unsafe`` has a row an improvement image that is
    near a cluster, where there is an improvement set. ``layer`` is the one whose clusters these are.
    """

    dataset: LabeledDataset
    linked: Linked
    root_causes: RootCauses
    settings: HuddSettings
    texts: Sequence[str] = ()
    improvement: Improvement | None = None
    unsafe_set: UnsafeSet | None = None
    why_no_unsafe_set: str = ""
    # What is unusual in a cluster (from 1), in words: whoever knows parameters of the samples says it.
    unusual: Mapping[int, Sequence[str]] = field(default_factory=dict)
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

    @property
    def layer(self) -> str:
        """The layer whose clusters these are."""
        return self.root_causes.layer

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that it can be cut at, in the order in which samples pass them."""
        return tuple(self.linked.evidence.by_layer)

    def cut(self, *, clusters: int | None = None, layer: str | None = None) -> "RootCausesFound":
        """The same errors in another number of ``clusters``, or by another ``layer``; what is not given stays.

        Nothing before the cut is computed again; unsafe images are assigned to the new clusters.

        Raises:
            ConfigError: there are fewer errors than clusters, no such layer, or the preset finds clusters by density.
        """
        chosen = self.settings.root_causes
        if clusters is not None:
            check_number("the number of clusters", clusters, at_least=1, whole=True)
            chosen = replace(chosen, clusters=clusters, clustering="ward")
        if layer is not None:
            chosen = replace(chosen, layer=layer)
        settings = replace(self.settings, root_causes=chosen)
        causes = self.linked.cut(settings)
        return replace(self, root_causes=causes, settings=settings, unusual={}).with_unsafe_set()

    def with_unsafe_set(self) -> "RootCausesFound":
        """The same with the unsafe images of these clusters, or with the reason why there are none."""
        if self.improvement is None:
            return replace(self, why_no_unsafe_set="There is no improvement set, so there is no unsafe set.")
        try:
            unsafe = self.improvement.assign(self.linked, self.root_causes, self.settings)
        except DataError as error:  # the causes do not hang on it
            return replace(self, unsafe_set=None, why_no_unsafe_set=f"There is no unsafe set: {error}.")
        return replace(self, unsafe_set=unsafe, why_no_unsafe_set="")

    def plot(self, count: int = 8) -> "Figure":
        """A matplotlib figure with a row a cause: its mean heatmap on its medoid, and its first ``count`` errors."""
        from faultloc.report.hudd.sheet_figure import draw_sheet

        return draw_sheet(self.shown(count))

    def shown(self, count: int = 24) -> "Sequence[ShownCause]":
        """The causes as people see them: pictures or texts of the first ``count`` errors, labels, heatmap."""
        from faultloc.report.hudd.shown_cause import show_causes

        return show_causes(
            self.dataset,
            self.linked.errors,
            self.root_causes,
            count=count,
            heatmaps=self.linked.heatmaps.values,
            texts=self.texts,
            unusual=self.unusual,
        )

    def describe(self) -> str:
        """What was found, in a sentence or two."""
        from faultloc.report.hudd.sentences import describe_causes

        return describe_causes(self.causes, len(self.errors), len(self.dataset), self.layer)

    def save(self, folder: str | Path) -> Path:
        """Writes tables, pictures of each cause and `report.html` into ``folder``, and gives it back."""
        from faultloc.own.hudd.places import plain_places
        from faultloc.own.hudd.results import save_found

        save_found(plain_places(Path(folder)), self)
        return Path(folder)
