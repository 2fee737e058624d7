"""Each method as a user would run it alone, its pass through the network included: suspiciousness, higher is worse."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from benchmarks.scale.data import ScaleCase
from faultloc.evaluation.cleanlab_baselines import label_quality
from faultloc.evaluation.isolation import class_isolation
from faultloc.evaluation.neighbour_votes import neighbour_disagreement
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.own.dfaulo.ranking import ask_mutants, rank_by_default
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import cross_entropy, predict_logits, softmax
from faultloc.runtime import worker_count
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.examination import Examination, Execution

_BATCH_SIZE = 512
_NEIGHBOURS = 15
_ID_SIZE = 32
# Neighbour votes compare all pairs: hours at a million.
MOST_SAMPLES = {"neighbour votes": 100_000}

# Gets the case and a folder for work in progress.
Method = Callable[[ScaleCase, Path], np.ndarray]


def default_scorer(case: ScaleCase, folder: Path) -> np.ndarray:
    """Ours, from the pass through the network to the table of the ranking."""
    settings, scratch, device = LocateSettings(), scratch_arrays(folder), torch.device("cpu")
    execution = Execution(workers=worker_count(device), allocate=scratch)
    examination = Examination(
        case.network, case.dataset, settings.seed, device, settings.batch_size, execution=execution
    )
    examined = ask_mutants(examination, settings)
    table, _ = rank_by_default(case.dataset, examined.evidence, examined.predicted, settings, allocate=scratch)
    suspiciousness = np.empty(len(table))
    for rows in blocks_of_rows(len(table), _ID_SIZE):  # a million ids as text at once would be the measure's own memory
        places = np.searchsorted(case.dataset.sample_ids, table["sample_id"].iloc[rows].to_numpy().astype(np.str_))
        suspiciousness[places] = -np.arange(rows.start, rows.stop, dtype=float)
    return suspiciousness


def loss(case: ScaleCase, folder: Path) -> np.ndarray:
    """The cross-entropy of the given label."""
    return cross_entropy(_logits(case), case.dataset.labels).astype(np.float64)


def cleanlab_self_confidence(case: ScaleCase, folder: Path) -> np.ndarray:
    """cleanlab's label quality, from the real package."""
    return label_quality(softmax(_logits(case)), case.dataset.labels, "self_confidence")


def isolation_forest(case: ScaleCase, folder: Path) -> np.ndarray:
    """scikit-learn's isolation forest on the images of each label."""
    return class_isolation(case.dataset.inputs, case.dataset.labels, np.random.default_rng(0))


def neighbour_votes(case: ScaleCase, folder: Path) -> np.ndarray:
    """The labels of the nearest others between the network's features."""
    features = read_activations(case.network, torch.from_numpy(case.dataset.inputs), None, batch_size=_BATCH_SIZE)
    return neighbour_disagreement(features, case.dataset.labels, _NEIGHBOURS)


METHODS: Mapping[str, Method] = {
    "default scorer": default_scorer,
    "loss": loss,
    "cleanlab self-confidence": cleanlab_self_confidence,
    "isolation forest": isolation_forest,
    "neighbour votes": neighbour_votes,
}


def _logits(case: ScaleCase) -> np.ndarray:
    return predict_logits(case.network, torch.from_numpy(case.dataset.inputs), batch_size=_BATCH_SIZE)
