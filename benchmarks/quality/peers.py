"""What users have already: a suspiciousness from each peer, higher is worse, on the same arrays."""

from collections.abc import Mapping

import numpy as np

from faultloc.evaluation.baselines import deep_gini, entropy, label_margin
from faultloc.evaluation.cleanlab_baselines import QUALITY_METHODS, find_label_issues, label_quality
from faultloc.evaluation.isolation import class_isolation
from faultloc.evaluation.neighbour_votes import neighbour_disagreement
from faultloc.probes.predictions import cross_entropy, softmax

NEIGHBOURS = 15


def suspiciousness_of_peers(
    inputs: np.ndarray, labels: np.ndarray, logits: np.ndarray, penultimate: np.ndarray, mean_margin: np.ndarray
) -> Mapping[str, np.ndarray]:
    """Every peer by name. ``mean_margin`` is AUM's, recorded while the subject was trained, with its sign turned."""
    from cleanlab.outlier import OutOfDistribution

    probabilities = softmax(logits)
    one_hot = np.eye(logits.shape[1])[labels]
    residual = probabilities - one_hot
    shift = logits.max(axis=1)
    return {
        "loss": cross_entropy(logits, labels),
        "margin": label_margin(logits, labels),
        "EL2N": np.linalg.norm(residual, axis=1),
        "last-layer gradient": np.linalg.norm(residual, axis=1) * np.linalg.norm(penultimate, axis=1),
        "entropy": entropy(probabilities),
        "energy": -(shift + np.log(np.exp(logits - shift[:, None]).sum(axis=1))),
        "DeepGini": deep_gini(probabilities),
        "neighbours' votes": neighbour_disagreement(penultimate, labels, NEIGHBOURS),
        "FINE": fine(penultimate, labels),
        "AUM": mean_margin,
        **{f"cleanlab {method}": label_quality(probabilities, labels, method) for method in QUALITY_METHODS[:2]},
        "cleanlab issues": find_label_issues(probabilities, labels),
        "cleanlab OOD, probabilities": -OutOfDistribution().fit_score(
            pred_probs=probabilities.astype(np.float64), labels=labels, verbose=False
        ),
        "cleanlab OOD, features": -OutOfDistribution().fit_score(features=penultimate, verbose=False),
        "isolation forest, inputs": class_isolation(inputs, labels, np.random.default_rng(0)),
        "isolation forest, features": class_isolation(penultimate, labels, np.random.default_rng(0)),
    }


def suspiciousness_from_cross_validation(probabilities: np.ndarray, labels: np.ndarray) -> Mapping[str, np.ndarray]:
    """cleanlab with what it asks for: probabilities from models that have not seen the sample."""
    scores = {
        f"cleanlab {method}, 5-fold": label_quality(probabilities, labels, method) for method in QUALITY_METHODS[:2]
    }
    return {**scores, "cleanlab issues, 5-fold": find_label_issues(probabilities, labels)}


def fine(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How little a sample lies along its class's first eigenvector. Source: Kim et al., FINE, NeurIPS 2021."""
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    aligned = np.zeros(len(labels))
    for label in np.unique(labels):
        members = labels == label
        _, vectors = np.linalg.eigh(unit[members].T @ unit[members])
        aligned[members] = (unit[members] @ vectors[:, -1]) ** 2
    return -aligned
