"""From what was asked for to the list of samples: what command and Python call do alike."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.step import DefaultScorer
from faultloc.methods.dfaulo.default.suffix.step import Examined, OnLogits, examine
from faultloc.methods.dfaulo.paper.whole import localize_by_paper
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory


def ask_mutants(
    examination: Examination, settings: LocateSettings, *, on_logits: OnLogits = lambda logits: None
) -> Examined:
    """Trains the default scorer's mutants and asks them, and gives their weights too.

    ``on_logits`` sees the model's answers before that, and may raise.
    """
    return examine(examination, settings.suffix, settings.neighbours, on_logits=on_logits, keep_mutants=True)


def rank_by_default(
    dataset: LabeledDataset,
    evidence: DefaultEvidence,
    predicted: Int[np.ndarray, "sample"],
    settings: LocateSettings,
    *,
    allocate: Allocate = allocate_in_memory,
) -> tuple[pd.DataFrame, Mapping[str, object]]:
    """The ranking, with the columns of `ranking.csv`, and the summary of the whole set."""
    scorer = DefaultScorer(dataset, evidence, settings.default_scorer, settings.seed, allocate=allocate)
    found, summary = scorer.offline(predicted)
    del scorer  # what it holds of each sample is gone before the table is made
    return found.ranked(found.order(streams.ties(settings.seed))), summary


def rank_by_paper(
    examination: Examination,
    recipe: TrainingRecipe,
    settings: LocateSettings,
    *,
    on_logits: OnLogits = lambda logits: None,
) -> tuple[pd.DataFrame, Sequence[Mapping[str, np.ndarray]]]:
    """The ranking by the paper's suspiciousness, and the weights of the three mutants, trained on by ``recipe``."""
    found, mutants = localize_by_paper(examination, recipe, settings.paper, on_logits=on_logits)
    return found.ranked(found.order(streams.ties(settings.seed))), mutants
