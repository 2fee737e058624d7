"""Likelihood-based surprise coverage: how improbable the samples are by the density of their class in training."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.idc.criteria.traces import TraceCriterion
from faultloc.methods.idc.distances import slices, squared_distances

# Of the Gaussian around each training sample, in units of activations: that of the code of NLC.
BANDWIDTH = 0.2


class LikelihoodSurpriseCoverage(TraceCriterion):
    """Surprise is minus the logarithm of the density: any real number, higher is less likely.

    The density is the mean of Gaussians of standard deviation 0.2 around the training samples of the class.

    Source: Kim, Feldt and Yoo, ICSE 2019, section 3.1, with the density of the code of NLC.
    Differs: the paper spreads the Gaussians by Scott's rule and the covariance of the class, which has no inverse where
    units are idle or say the same. That code sums by scikit-learn's tree, which goes wrong in as many dimensions
    (162 where 13,813 is right); here every Gaussian is summed, in 64 bits.
    """

    name: ClassVar[str] = "lsc"
    usual_width: ClassVar[float] = 10.0

    def _surprises(
        self, traces: Float[np.ndarray, "sample neuron"], classes: Int[np.ndarray, "sample"]
    ) -> Float[np.ndarray, "sample"]:
        varying = traces[:, self.varying]
        surprises = np.full(len(traces), np.nan)
        for label in np.unique(classes):
            known = self.traces[self._rows_of(int(label))].astype(np.float64)
            places = np.flatnonzero(classes == label)
            if not len(known):
                continue
            log_of_scale = np.log(len(known)) + known.shape[1] / 2 * np.log(2 * np.pi * BANDWIDTH**2)
            # From a sample of the class, so that numbers stay small and little of them cancels out.
            origin = known[0]
            known = known - origin
            for rows in slices(len(places), len(known)):
                squared = squared_distances(varying[places[rows]] - origin, known)
                surprises[places[rows]] = log_of_scale - _log_of_sums(squared / (-2 * BANDWIDTH**2))
        return surprises


def _log_of_sums(logs: Float[np.ndarray, "sample row"]) -> Float[np.ndarray, "sample"]:
    """The logarithm of the sum of each row's exponentials; what is given is written over."""
    highest = logs.max(1)
    logs -= highest[:, None]
    return np.log(np.exp(logs, out=logs).sum(1)) + highest
