"""How well suspiciousness separates faults from sound samples, whatever the budget."""

import numpy as np
from jaxtyping import Bool, Float
from sklearn.metrics import average_precision_score, roc_auc_score

from faultloc.errors import DataError


def auroc(is_fault: Bool[np.ndarray, "sample"], suspiciousness: Float[np.ndarray, "sample"]) -> float:
    """The chance that a fault is more suspicious than a sound sample, a tie counting half; in [0, 1], 0.5 is chance."""
    _check_both_kinds(is_fault)
    return float(roc_auc_score(is_fault, suspiciousness))


def average_precision(is_fault: Bool[np.ndarray, "sample"], suspiciousness: Float[np.ndarray, "sample"]) -> float:
    """Precision averaged over the recall of faults; in [0, 1], higher is better, chance is the share of faults."""
    _check_both_kinds(is_fault)
    return float(average_precision_score(is_fault, suspiciousness))


def _check_both_kinds(is_fault: Bool[np.ndarray, "sample"]) -> None:
    if is_fault.all() or not is_fault.any():
        raise DataError(
            f"{int(is_fault.sum())} of {len(is_fault)} samples are faults; "
            "separating faults from sound samples needs at least one of each"
        )
