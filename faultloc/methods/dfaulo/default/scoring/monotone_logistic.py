"""A logistic regression whose weights are 0 or above: what it predicts never falls where a measure rises."""

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit

_FIRST_INTERCEPT = -4.0


def fit_monotone_logistic(
    measures: Float[np.ndarray, "sample measure"],
    targets: Float[np.ndarray, "sample"],
    *,
    penalty: float,
) -> tuple[Float[np.ndarray, "_"], float]:
    """The weights, each 0 or above, and the intercept that explain ``targets`` (in [0, 1]) best.

    ``penalty`` times the sum of the squared weights is added to the negative logarithm of the likelihood.
    """

    def cost(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        weights, values = numbers[:-1], measures @ numbers[:-1] + numbers[-1]
        missed = expit(values) - targets
        loss = float(np.logaddexp(0, values).sum() - targets @ values + penalty * weights @ weights)
        return loss, np.append(measures.T @ missed + 2 * penalty * weights, missed.sum())

    count = measures.shape[1]
    start = np.append(np.zeros(count), _FIRST_INTERCEPT)
    bounds = [(0, None)] * count + [(None, None)]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:-1], float(found[-1])
