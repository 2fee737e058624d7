"""Mahalanobis-distance-based surprise coverage: how far samples are in terms of the spread of their class."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.methods.idc.criteria.surprise import SurpriseCriterion
from faultloc.methods.idc.criteria.traces import require_varying
from faultloc.methods.idc.moments import Moments
from faultloc.methods.idc.unit_outputs import UnitOutputs


class MahalanobisSurpriseCoverage(SurpriseCriterion):
    """Surprise is ``sqrt((x - mean)^T C^+ (x - mean))``: 0 or more, higher is farther.

    The mean and the covariance C are those of the class in training. C^+ is the pseudo-inverse in 64 bits: directions
    in which the class has no more variance than rounding gives (the largest times number of units times 2**-52) are
    left out, also for test samples that do differ there; the notes say how many directions each class has then. A class
    of one training sample has none, and no surprise.

    The training data go by in one pass and are not kept: the state is a matrix of 64-bit numbers a class, of units by
    units, so networks with many thousands of units need ``layers``.

    Source: Kim, Ju, Feldt and Yoo, "Reducing DNN Labelling Cost Using Surprise Adequacy", ESEC/FSE 2020, equation 3.
    Differs: the paper looks at one layer (``layers=[it]``). The code of NLC inverts singular matrices in 32 bits, and
    leaves out samples for which that gives no number.
    """

    name: ClassVar[str] = "mdsc"
    usual_width: ClassVar[float] = 10.0
    shared: ClassVar[tuple[str, ...]] = (*SurpriseCriterion.shared, "varying", "means", "whitenings")
    varying: Bool[np.ndarray, " neuron"]
    means: dict[int, Float[np.ndarray, " neuron"]]
    # By class, a column a direction: what makes a class's samples spread by 1 in each direction that it has.
    whitenings: dict[int, Float[np.ndarray, "neuron direction"]]

    def _begin(self, widths: tuple[int, ...]) -> None:
        super()._begin(widths)
        self._moments: dict[int, Moments] = {}
        self._waiting: dict[int, list[Float[np.ndarray, "sample neuron"]]] = {}

    def _learn(self, units: UnitOutputs) -> None:
        classes = self._classes(units)
        for label in np.unique(classes).tolist():
            waiting = self._waiting.setdefault(label, [])
            waiting.append(units.joined[classes == label])
            # To change the matrix costs by its size: only for as many samples as it has rows.
            if sum(map(len, waiting)) >= units.joined.shape[1]:
                self._take_in(label)

    def _take_in(self, label: int) -> None:
        values = np.concatenate(self._waiting.pop(label))
        before = self._moments.get(label) or Moments.none(values.shape[1])
        self._moments[label] = before.with_samples(values)

    def _finish(self) -> None:
        for label in list(self._waiting):
            self._take_in(label)
        self.varying = require_varying(_variances(list(self._moments.values())), self.min_variance)
        self.means = {label: moments.mean[self.varying] for label, moments in self._moments.items()}
        self.whitenings = {
            label: _whitening(moments.covariance[np.ix_(self.varying, self.varying)])
            for label, moments in self._moments.items()
        }
        self._moments = {}

    def _surprises(
        self, traces: Float[np.ndarray, "sample neuron"], classes: Int[np.ndarray, "sample"]
    ) -> Float[np.ndarray, "sample"]:
        varying = traces[:, self.varying]
        surprises = np.full(len(traces), np.nan)
        for label in np.unique(classes).tolist():
            if label in self.means and self.whitenings[label].size:
                of_class = classes == label
                whitened = (varying[of_class] - self.means[label]) @ self.whitenings[label]
                surprises[of_class] = np.linalg.norm(whitened, axis=1)
        return surprises

    def _notes_of_learning(self) -> Sequence[str]:
        units = int(self.varying.sum())
        ranks = {label: self.whitenings[label].shape[1] for label in sorted(self.whitenings)}
        short = {label: rank for label, rank in ranks.items() if rank < units}
        if not short:
            return ()
        listed = ", ".join(f"{label}: {rank}" for label, rank in short.items())
        return (f"classes whose covariance of {units} units is singular, with its rank: {listed}",)


def _variances(parts: Sequence[Moments]) -> Float[np.ndarray, " neuron"]:
    counts = np.array([part.count for part in parts])
    mean = np.average([part.mean for part in parts], axis=0, weights=counts)
    return np.average([np.diag(part.covariance) + (part.mean - mean) ** 2 for part in parts], axis=0, weights=counts)


def _whitening(covariance: Float[np.ndarray, "neuron neuron"]) -> Float[np.ndarray, "neuron direction"]:
    variances, directions = np.linalg.eigh(covariance)
    is_spread = variances > variances[-1] * len(variances) * np.finfo(np.float64).eps
    return directions[:, is_spread] / np.sqrt(variances[is_spread])
