"""What was found: the causes, the errors of each, and how to look at them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from faultloc.errors import DataError
from faultloc.io.stores.result_folder import claim_folder
from faultloc.own.hudd.clustered_errors import ClusteredErrors
from faultloc.own.hudd.places import plain_places
from faultloc.own.hudd.results import COMMAND, save_found
from faultloc.own.hudd.wording import IN_PYTHON
from faultloc.own.reworded import reworded
from faultloc.settings_check import check_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class RootCausesFound(ClusteredErrors):
    """The answer of ``find_root_causes``.

    ``errors`` has a row an error: sample_id, index (its place in the data set as it was given), given_label,
    predicted_label, cluster (from 1, the largest; 0 for an outlier), distance (from the cluster's medoid), is_medoid.
    ``causes`` has a row a cluster: cluster, errors, share of all errors, medoid, given_label and predicted_label (the
    commonest ones) with given_share and predicted_share, in (0, 1], and pair_share, in [0, 1], of the errors that have
    both. ``unsafe`` has a row an improvement image that is near a cluster, where there is an improvement set. ``layer``
    is the one whose clusters these are.
    """

    def cut(self, *, clusters: int | None = None, layer: str | None = None) -> "RootCausesFound":
        """The same errors in another number of ``clusters``, or by another ``layer``; what is not given stays.

        Nothing before the cut is computed again; unsafe images are assigned to the new clusters. With a number of
        clusters it is the tree that is cut, also where the preset found clusters by density.

        Raises:
            ConfigError: there are fewer errors than clusters, or no such layer.
        """
        chosen = self.settings.root_causes
        if clusters is not None:
            check_number("the number of clusters", clusters, at_least=1, whole=True)
            chosen = replace(chosen, clusters=clusters, clustering="ward")
        if layer is not None:
            chosen = replace(chosen, layer=layer)
        settings = replace(self.settings, root_causes=chosen)
        with reworded(IN_PYTHON):
            causes = self.linked.cut(settings)
        return replace(self, root_causes=causes, settings=settings).with_unsafe_set()

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

    def describe(self) -> str:
        """What was found, in a sentence or two."""
        from faultloc.report.hudd.sentences import describe_causes

        return describe_causes(self.causes, len(self.errors), len(self.dataset), self.layer)

    def save(self, folder: str | Path) -> Path:
        """Writes tables, pictures of each cause and `report.html` into ``folder``, and gives it back.

        Raises:
            DataError: another method's results lie there, or files that are not of this one, or it cannot be written.
        """
        places = plain_places(Path(folder))
        claim_folder(places.root, COMMAND, places.written, otherwise="name another folder")
        save_found(places, self, run={"command": COMMAND})
        return Path(folder)
