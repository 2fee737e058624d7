"""What was found: the ranking, the counts, and how to look at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Shaped

from faultloc.own.dfaulo.ranked_samples import RankedSamples

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What a prompt shows of the ranking, where that has it.
_ROWS_SHOWN = 10
_WIDEST = 40
_SHOWN_COLUMNS = ("rank", "index", "given_label", "suspiciousness", "kind")


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

    What ``suspiciousness``, ``kinds`` and ``suggested_labels`` have of each sample is in the order of the data set:

        wrong = (found.kinds == "wrong label") & (found.suspiciousness > 0.9)
        labels[wrong] = found.suggested_labels[wrong]

    Printed, it says what ``describe()`` says, with the first rows of the ranking.

    ``given_classes`` are the names of the classes by the labels as they were given.
    """

    given_classes: Sequence[str] = ()
    labels_are_text: bool = False

    @property
    def suspiciousness(self) -> Float[np.ndarray, "sample"]:
        """The probability of each sample to be faulty, in [0, 1]; by the paper's scorer its suspiciousness. Higher is
        worse."""
        return self._in_order("suspiciousness")

    @property
    def kinds(self) -> Shaped[np.ndarray, "sample"] | None:
        """The kind of each sample's suspected fault, empty where none is suspected; None with the paper's scorer."""
        return self._in_order("kind").astype(np.str_) if "kind" in self.ranking else None

    @property
    def suggested_labels(self) -> Shaped[np.ndarray, "sample"] | None:
        """The likeliest label of each sample other than its own, whether it is suspected or not, as labels were given:
        class indices, or names where they were names. None with the paper's scorer."""
        if "suggested_label" not in self.ranking:
            return None
        names = self._in_order("suggested_label").astype(np.str_)
        if self.labels_are_text:
            return names
        places = {name: place for place, name in enumerate(self.given_classes)}
        # The model's outputs beyond the labels have their number in their name.
        found = [places[name] if name in places else int(name.removeprefix("output ")) for name in names.tolist()]
        return np.array(found, dtype=np.int64)

    def _in_order(self, column: str) -> Shaped[np.ndarray, "sample"]:
        values = self.ranking[column].to_numpy()
        ordered = np.empty_like(values)
        ordered[self.ranking["index"].to_numpy()] = values
        return ordered

    def plot(self, count: int = 40) -> "Figure":
        """A matplotlib figure of the first ``count`` samples with their labels."""
        from faultloc.report.dfaulo.gallery_figure import draw_gallery

        return draw_gallery(self.suspects(count))

    def describe(self) -> str:
        """What was found, in a sentence or two."""
        from faultloc.report.dfaulo.summary_sentence import describe_summary

        return describe_summary(self.summary)

    def save(self, folder: str | Path) -> Path:
        """Writes ranking, summary, report and what a review needs into ``folder``, and gives it back.

        Raises:
            DataError: another method's results lie there, or files that are not of this one, or it cannot be written.
        """
        from faultloc.io.stores.result_folder import claim_folder
        from faultloc.own.dfaulo.results import COMMAND, WRITTEN, save_found

        claim_folder(Path(folder), COMMAND, WRITTEN, otherwise="name another folder")
        return save_found(Path(folder), self)

    def __repr__(self) -> str:
        """What was found and the first of the ranking, for a prompt: the arrays themselves would fill it."""
        shown = (*_SHOWN_COLUMNS, "suggested_label" if "suggested_label" in self.ranking else "predicted_label")
        columns = [name for name in shown if name in self.ranking]
        head = self.ranking[columns].head(_ROWS_SHOWN)
        table = head.to_string(index=False, float_format="{:.3f}".format, max_colwidth=_WIDEST)
        more = len(self.ranking) - len(head)
        rest = f"\n... and {more:,} more in .ranking" if more else ""
        return f"{type(self).__name__}: {self.describe()}\n\n{table}{rest}"

    def _repr_html_(self) -> str:
        """The gallery, for notebooks."""
        from faultloc.report.dfaulo.notebook import render_gallery

        return render_gallery(self.describe(), self.suspects(24))
