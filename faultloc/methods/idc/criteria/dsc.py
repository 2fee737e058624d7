"""Distance-based surprise coverage: how much nearer the samples are to their own class than to another."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float, Int
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria.surprise import Classes
from faultloc.methods.idc.criteria.traces import TraceCriterion
from faultloc.methods.idc.distances import slices
from faultloc.probes.layer_outputs import Point


class DistanceSurpriseCoverage(TraceCriterion):
    """Surprise is a / b: 0 or more, higher is nearer to another class; infinite where b is 0.

    a is the distance to the nearest training sample of the same class; b the distance from ``other_from`` to the
    nearest one of any other class: from the "input" itself, or from that "neighbour" of its own class.

    Raises:
        ConfigError: ``other_from`` is neither.
        DataError: all training samples are of one class.

    Source: Kim, Feldt and Yoo, ICSE 2019, section 3.2; b from the input as in the code of NLC.
    Differs: in the paper b is measured from the neighbour (``other_from="neighbour"``). Where b is 0, that code takes
    the surprise for one in a million; here such samples are noted, and not counted.
    """

    name: ClassVar[str] = "dsc"
    usual_width: ClassVar[float] = 0.1
    shared: ClassVar[tuple[str, ...]] = (*TraceCriterion.shared, "other_from")

    def __init__(
        self,
        model: nn.Module,
        *,
        width: float | None = None,
        upper: float | None = None,
        classes: Classes = "predicted",
        min_variance: float = 1e-5,
        other_from: Literal["input", "neighbour"] = "input",
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(
            model, width=width, upper=upper, classes=classes, min_variance=min_variance, layers=layers, point=point
        )
        if other_from not in ("input", "neighbour"):
            raise ConfigError(f"other_from is {other_from!r}; expected 'input' or 'neighbour'")
        self.other_from = other_from

    def _finish(self) -> None:
        super()._finish()
        self._labels = np.unique(self.trained_classes)
        if len(self._labels) < 2:
            raise DataError(
                f"all training samples are of class {self.trained_classes[0]}; expected two classes or more, since "
                "surprise by distance compares them"
            )

    def _surprises(
        self, traces: Float[np.ndarray, "sample neuron"], classes: Int[np.ndarray, "sample"]
    ) -> Float[np.ndarray, "sample"]:
        own_class = np.searchsorted(self._labels, classes).clip(max=len(self._labels) - 1)
        is_known = self._labels[own_class] == classes
        samples, own_class = traces[is_known][:, self.varying], own_class[is_known]
        each = np.arange(len(samples))

        squares, places = self._nearest_of_each_class(samples)
        neighbours = self.traces[places[each, own_class]]
        to_own = np.linalg.norm(samples - neighbours, axis=1)
        if self.other_from == "neighbour":
            samples = neighbours.astype(np.float64)
            squares, places = self._nearest_of_each_class(samples)
        squares[each, own_class] = np.inf
        others = self.traces[places[each, squares.argmin(1)]]
        to_other = np.linalg.norm(samples - others, axis=1)

        surprises = np.full(len(traces), np.nan)
        surprises[is_known] = np.divide(to_own, to_other, out=np.full(len(samples), np.inf), where=to_other > 0)
        return surprises

    def _nearest_of_each_class(
        self, samples: Float[np.ndarray, "sample neuron"]
    ) -> tuple[Float[np.ndarray, "sample class"], Int[np.ndarray, "sample class"]]:
        """The place of the nearest training sample of each class, and its squared distance but for a sum a sample.

        A product of matrices finds it, in blocks. What that loses where numbers cancel out is too little to choose a
        neighbour by, and enough to be seen in a distance: distances are to be taken anew.
        """
        turned = np.append(-2 * samples, np.ones((len(samples), 1)), axis=1)
        squares = np.full((len(samples), len(self._labels)), np.inf)
        places = np.zeros(squares.shape, dtype=np.int64)
        for number, label in enumerate(self._labels):
            of_class = self._rows_of(int(label))
            for rows in slices(of_class.stop - of_class.start, max(*samples.shape, 1)):
                block = np.empty((rows.stop - rows.start, samples.shape[1] + 1))
                block[:, :-1] = self.traces[of_class][rows]
                block[:, -1] = np.einsum("ij,ij->i", block[:, :-1], block[:, :-1])
                beyond = turned @ block.T
                best = beyond.argmin(1)
                found = beyond[np.arange(len(samples)), best]
                is_nearer = found < squares[:, number]
                squares[is_nearer, number] = found[is_nearer]
                places[is_nearer, number] = best[is_nearer] + of_class.start + rows.start
        return squares, places
