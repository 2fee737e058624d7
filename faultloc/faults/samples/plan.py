"""What is to be done to each sample, before anything is done."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

FOREIGN_INPUT_KINDS = ("random_data", "specific_data")


@dataclass(frozen=True)
class FaultPlan:
    """The label that each sample is to have, and the kind of its fault, empty for samples left alone.

    Samples whose kind is one of ``FOREIGN_INPUT_KINDS`` keep their label and are to have a foreign input. In a
    regression ``targets`` are those that each sample is to have; with labels there are none.
    """

    labels: Int[np.ndarray, "sample"]
    fault_kinds: Shaped[np.ndarray, "sample"]
    targets: Float[np.ndarray, "sample output"] | None = None

    @property
    def gets_foreign_input(self) -> Bool[np.ndarray, "sample"]:
        """True where the input is to be replaced."""
        return np.isin(self.fault_kinds, FOREIGN_INPUT_KINDS)


def relabel(
    labels: Int[np.ndarray, "sample"], chosen: Int[np.ndarray, "fault"], new_labels: Int[np.ndarray, "fault"], kind: str
) -> FaultPlan:
    """A plan that gives the samples at ``chosen`` their ``new_labels``."""
    plan = mark(labels, chosen, kind)
    plan.labels[chosen] = new_labels
    return plan


def mark(labels: Int[np.ndarray, "sample"], chosen: Int[np.ndarray, "fault"], kind: str) -> FaultPlan:
    """A plan that changes no label and calls the samples at ``chosen`` faults of ``kind``."""
    fault_kinds = np.full(len(labels), "", dtype="<U16")
    fault_kinds[chosen] = kind
    return FaultPlan(labels.copy(), fault_kinds)


def join(*plans: FaultPlan) -> FaultPlan:
    """The plan that does what all of ``plans`` do; no sample has a fault in two of them."""
    labels, fault_kinds = plans[0].labels.copy(), plans[0].fault_kinds.copy()
    for plan in plans[1:]:
        touched = plan.fault_kinds != ""
        labels[touched] = plan.labels[touched]
        fault_kinds[touched] = plan.fault_kinds[touched]
    return FaultPlan(labels, fault_kinds)
