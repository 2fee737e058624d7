"""The rising curve that is nearest to values."""

import numpy as np
from jaxtyping import Float
from scipy.optimize import isotonic_regression


def rising_curve(
    known: Float[np.ndarray, "_"], values: Float[np.ndarray, "_"], asked: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """The rising curve through ``values`` at ``known`` that is nearest to them, at ``asked``; flat beyond both ends.

    Nearest by squares, and of values that are 0 or 1 the likeliest as well: no other rising curve makes them likelier.
    Source: Barlow and Brunk, "The Isotonic Regression Problem and Its Dual", JASA 1972.
    """
    places, group, count = np.unique(known, return_inverse=True, return_counts=True)
    curve = isotonic_regression(np.bincount(group, values) / count, weights=count).x
    return np.interp(asked, places, curve)
