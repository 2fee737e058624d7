"""What was found: the ranking, the counts, and how to look at them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faultloc.own.dfaulo.ranked_samples import RankedSamples

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class DataFaults(RankedSamples):
    """The answer of ``locate_data_faults``.

    ``ranking`` has a row a sample, the most suspicious first: rank, sample_id, given_label, predicted_label,
    suspiciousness in [0, 1] (the probability of being faulty), kind, suggested_label, suggested_probability,
    foreign_probability, log_odds, nearest_sample_id, and ``index``, the sample's place in the data set as it was
    given. ``summary`` has expected_faults (None where no count can be given), expected_faults_low,
    expected_faults_high, worthwhile_depth (how many to look at, 1 or more), doubts (what makes the range wide), kinds,
    samples.
    With the paper's scorer there are neither kinds nor counts, and ``evidence`` is None.
    """

    def plot(self, count: int = 40) -> "Figure":
        """A matplotlib figure of the first ``count`` samples with their labels."""
        from faultloc.report.dfaulo.gallery_figure import draw_gallery

        return draw_gallery(self.suspects(count))

    def describe(self) -> str:
        """What was found, in a sentence or two."""
        from faultloc.report.dfaulo.summary_sentence import describe_summary

        return describe_summary(self.summary)

    def save(self, folder: str | Path) -> Path:
        """Writes ranking, summary, report and what a review needs into ``folder``, and gives it back."""
        from faultloc.own.dfaulo.results import save_found

        return save_found(Path(folder), self)

    def _repr_html_(self) -> str:
        """The gallery, for notebooks."""
        from faultloc.report.dfaulo.notebook import render_gallery

        return render_gallery(self.describe(), self.suspects(24))
