"""What was found: the ranking, the counts, and how to look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.own.kept_folder import KeptFolder
from faultloc.report.dfaulo.suspects import Suspect, most_suspicious
from faultloc.subject.dataset import LabeledDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = 40


@dataclass(frozen=True)
class DataFaults:
    """The answer of ``locate_data_faults``.

    ``ranking`` has a row a sample, the most suspicious first: rank, sample_id, given_label, predicted_label,
    suspiciousness in [0, 1] (the probability of being faulty), kind, suggested_label, suggested_probability,
    foreign_probability, log_odds, nearest_sample_id, and ``index``, the sample's place in the data set as it was
    given. ``summary`` has expected_faults, expected_faults_low, expected_faults_high, worthwhile_depth, kinds, samples.
    With the paper's scorer there are neither kinds nor counts, and ``evidence`` is None.
    """

    ranking: pd.DataFrame
    summary: Mapping[str, object]
    dataset: LabeledDataset
    texts: Sequence[str] = ()
    vocabulary: Sequence[str] = ()
    evidence: DefaultEvidence | None = None
    mutants: Sequence[Mapping[str, np.ndarray]] = ()
    # Where the inputs lie until nobody needs them.
    kept_in: KeptFolder | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.dataset)

    def suspects(self, count: int = _SHOWN) -> list[Suspect]:
        """The first ``count`` samples as people see them: pictures or texts, labels, kinds."""
        return most_suspicious(
            self.dataset,
            self.ranking,
            None,
            count=min(count, len(self)),
            texts=self.texts,
            vocabulary=self.vocabulary,
        )

    def plot(self, count: int = _SHOWN) -> "Figure":
        """A matplotlib figure of the first ``count`` samples with their labels."""
        from faultloc.report.dfaulo.gallery_figure import draw_gallery

        return draw_gallery(self.suspects(count))

    def describe(self) -> str:
        """What was found, in a sentence or two."""
        from faultloc.report.dfaulo.summary_sentence import describe_findings

        return describe_findings(self.summary)

    def save(self, folder: str | Path) -> Path:
        """Writes ranking, summary, report and what a review needs into ``folder``, and gives it back."""
        from faultloc.own.dfaulo.results import save_found

        return save_found(Path(folder), self)

    def _repr_html_(self) -> str:
        """The gallery, for notebooks."""
        from faultloc.report.dfaulo.notebook import render_gallery

        return render_gallery(self.describe(), self.suspects(24))
