"""Everything that the report says, gathered before any of it is drawn."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from faultloc.errors import ConfigError
from faultloc.fault_estimate import FaultEstimate
from faultloc.faults.planted import PlantedFault
from faultloc.report.dfaulo.fault_words import fault_words
from faultloc.report.dfaulo.suspects import Suspect
from faultloc.subject.row_order import rows_of


@dataclass(frozen=True)
class Training:
    """How the subject was trained: accuracies in [0, 1] and a table with the columns epoch, loss, accuracy.

    Of a regression there are mean squared errors instead of accuracies.
    """

    train_accuracy: float | None
    test_accuracy: float | None
    curve: pd.DataFrame
    train_error: float | None = None
    test_error: float | None = None


@dataclass(frozen=True)
class FaultsFound:
    """What the truth says about the first ``top_count`` samples of the ranking without feedback.

    ``noun`` is ``planted``, or ``known`` for a truth that came with the data. ``kinds`` counts the faults by what was
    done to them. ``top_share`` is the share of the list that was asked for.
    """

    noun: str
    kinds: Mapping[str, int]
    total: int
    top_share: float
    top_count: int
    found: int


@dataclass(frozen=True)
class ReportContent:
    """The content of the report.

    Without a known truth ``metrics`` and ``curves`` are empty and ``faults`` is None. ``reviewed`` counts the samples
    whose verdict the ranking with feedback has seen. ``about`` says which data and model they are, in words;
    ``results_folder`` is what the review is started with, empty for the pipeline's page.
    """

    sample_count: int
    class_names: Sequence[str]
    suspects: Sequence[Suspect]
    faults: FaultsFound | None
    reviewed: int
    metrics: Mapping[str, Mapping[str, float]]
    curves: pd.DataFrame
    training: Training
    estimate: FaultEstimate | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    results_folder: str = ""


def count_faults_found(ranking: pd.DataFrame, truth: PlantedFault, top_share: float) -> FaultsFound:
    """How many faults stand among the first ``top_share`` of ``ranking``, a table as `ranking.csv`.

    Raises:
        ConfigError: ``top_share`` is outside (0, 1].
    """
    if not 0 < top_share <= 1:
        raise ConfigError(f"a headline on a share of {top_share} was asked for; expected above 0, at most 1")
    top_count = math.ceil(round(top_share * len(ranking), 6))
    top_ids = ranking.sort_values("rank")["sample_id"].to_numpy(dtype=np.str_)[:top_count]
    found = truth.is_fault[rows_of(top_ids, truth.sample_ids, "data/truth")]
    kinds = Counter(fault_words(str(kind)) for kind in truth.fault_kinds[truth.is_fault])
    return FaultsFound(
        noun="known" if truth.kind == "given" else "planted",
        kinds=dict(sorted(kinds.items())),
        total=int(truth.is_fault.sum()),
        top_share=top_share,
        top_count=top_count,
        found=int(found.sum()),
    )
