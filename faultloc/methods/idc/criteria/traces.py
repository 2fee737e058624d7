"""The training samples that surprise is measured from, kept whole: what the criteria by density and distance need."""

from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.errors import DataError
from faultloc.methods.idc.criteria.surprise import SurpriseCriterion
from faultloc.methods.idc.unit_outputs import UnitOutputs


class TraceCriterion(SurpriseCriterion):
    """Keeps the units that vary of every training sample, and its class: training samples times units numbers."""

    shared: ClassVar[tuple[str, ...]] = (*SurpriseCriterion.shared, "varying", "traces", "trained_classes")
    varying: Bool[np.ndarray, " neuron"]
    # In the order of their classes, so that a class is a slice.
    traces: Float[np.ndarray, "row neuron"]
    trained_classes: Int[np.ndarray, " row"]

    def _begin(self, widths: tuple[int, ...]) -> None:
        super()._begin(widths)
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []

    def _learn(self, units: UnitOutputs) -> None:
        self._parts.append((units.joined, self._classes(units)))

    def _finish(self) -> None:
        traces = np.concatenate([traces for traces, _ in self._parts])
        classes = np.concatenate([classes for _, classes in self._parts])
        self._parts = []
        self.varying = require_varying(traces.var(0, dtype=np.float64), self.min_variance)
        order = np.argsort(classes, kind="stable")
        self.traces, self.trained_classes = traces[:, self.varying][order], classes[order]

    def _rows_of(self, label: int) -> slice:
        first, end = np.searchsorted(self.trained_classes, [label, label + 1])
        return slice(int(first), int(end))


def require_varying(variances: Float[np.ndarray, " neuron"], least: float) -> Bool[np.ndarray, " neuron"]:
    """Which units vary enough.

    Raises:
        DataError: none does.
    """
    varying = variances >= least
    if not varying.any():
        raise DataError(
            f"no unit has a variance of {least:g} or more over the training data; expected samples that differ, or a "
            "smaller min_variance"
        )
    return varying
