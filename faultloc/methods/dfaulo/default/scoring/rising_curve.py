"""A curve that only rises, fitted again and again at the same places."""

import numpy as np
from jaxtyping import Float
from scipy.optimize import isotonic_regression


class RisingCurve:
    """The isotonic regression of a target by ``values``, its answers clipped to [``least``, ``most``].

    The order of ``values`` and which of them are equal is found once, for all fits to come; equal ones have one answer.

    Source: Barlow et al., "Statistical Inference under Order Restrictions", 1972 (pool adjacent violators). Differs
    from scikit-learn's `IsotonicRegression`, which sorts at every fit and checks its arguments for longer than the fit
    of a small set takes.
    """

    def __init__(self, values: Float[np.ndarray, "sample"], *, least: float, most: float) -> None:
        _, self._place = np.unique(values, return_inverse=True)
        self._least, self._most = least, most

    def fit(
        self, target: Float[np.ndarray, "sample"], weights: Float[np.ndarray, "sample"]
    ) -> Float[np.ndarray, "sample"]:
        """The curve at each of the values; ``weights`` are above 0."""
        total = np.bincount(self._place, weights)
        mean = np.bincount(self._place, weights * target) / total
        return np.clip(isotonic_regression(mean, weights=total).x, self._least, self._most)[self._place]
