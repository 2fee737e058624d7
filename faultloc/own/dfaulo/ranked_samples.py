"""The ranking of a data set's samples, with all that shows or stores it: data alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.own.kept_folder import KeptFolder
from faultloc.report.dfaulo.suspects import Suspect, most_suspicious
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class RankedSamples:
    """What ``DataFaults`` holds, which says more of it.

    ``texts`` (as they were read) and ``vocabulary`` are empty unless the inputs are text; ``mutants`` are the weights
    of those that were trained.
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

    def suspects(self, count: int = 40) -> list[Suspect]:
        """The first ``count`` samples as people see them: pictures or texts, labels, kinds."""
        return most_suspicious(
            self.dataset,
            self.ranking,
            None,
            count=min(count, len(self)),
            texts=self.texts,
            vocabulary=self.vocabulary,
        )
