"""How sure opinions are, and how sure they may be: their temperature, fitted to the labels."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import ndtri

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.subject.blocks import blocks_of_rows

# The two or three numbers that are fitted need no more samples than this.
_SAMPLES = 5_000
# Of the logarithm of the temperature at the median, and of how much it rises with a standard deviation of doubt.
_BOUNDS = (-10.0, 10.0)
_TINY = 1e-6
# So that the logarithm of nothing is finite.
_NO_LESS = 1e-12


def fit_temperature(
    opinions: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    noise: NoiseMatrix,
    doubt: Float[np.ndarray, "sample"],
    weight: Float[np.ndarray, "sample"] | None = None,
) -> Float[np.ndarray, "sample"]:
    """The temperature of each sample's opinion, above 1 where it is too sure, below where it is not sure enough.

    It changes with ``doubt`` (any scale, high = hard) above its median, and makes the labels, with ``noise`` in them,
    likeliest: hard samples must not pass for faulty ones because opinions are too sure of them. ``weight``, in [0, 1],
    is how much a sample's label counts, 1 each unless given.
    """
    heat = np.maximum(normal_scores(doubt), 0)
    chosen = enough_samples(len(labels))
    some_heat, label_given = heat[chosen], noise.transition[:, labels[chosen]]
    counts = np.ones(len(chosen)) if weight is None else weight[chosen]
    logs = logs_by_class(opinions[chosen])

    def cost(slope: np.ndarray) -> tuple[float, np.ndarray]:
        coldness = np.exp(-slope[0] - slope[1] * some_heat)
        powers = np.exp(logs * coldness)
        total = powers.sum(axis=0)
        expected_log = (powers * logs).sum(axis=0) / total
        powers *= label_given
        given = np.maximum(powers.sum(axis=0), np.finfo(np.float64).tiny)
        powers *= logs
        fall = counts * coldness * (powers.sum(axis=0) / given - expected_log)
        # A weak normal prior on both numbers keeps them finite where the labels do not speak.
        gradient = np.array([fall.sum(), fall @ some_heat]) + 2 * slope
        return float(-(counts @ np.log(given / total)) + np.square(slope).sum()), gradient

    slope = minimize(cost, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[_BOUNDS] * 2).x
    return np.exp(slope[0] + slope[1] * heat)


def enough_samples(count: int) -> Int[np.ndarray, "chosen"]:
    """Places of samples, evenly spread over ``count``, that a few numbers are fitted to."""
    return np.unique(np.linspace(0, count - 1, _SAMPLES).astype(int))


def logs_by_class(opinions: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "class sample"]:
    """The logarithms, a class in a row, the likeliest at 0: sums over classes run along rows, no power overflows."""
    logs = np.log(np.maximum(opinions.T, _TINY), dtype=np.float64)
    return logs - logs.max(axis=0)


def tempered(
    probabilities: Float[np.ndarray, "sample class"], temperature: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample class"]:
    """The probabilities to the power of 1 / ``temperature``, rows adding up to 1: flatter above 1, sharper below."""
    logs = np.log(np.maximum(probabilities, _TINY)) / temperature[:, None]
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def label_likelihood(
    true_class: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], noise: NoiseMatrix
) -> Float[np.ndarray, "sample"]:
    """The probability of each given label: the sum over classes of that of the class times that of the label there."""
    return (true_class * noise.transition[:, labels].T).sum(axis=1)


def normal_scores(values: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """Each value's quantile of the standard normal distribution: whatever the scale, only the order counts."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ndtri((ranks + 0.5) / len(values))


def entropy(opinion: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample"]:
    """How undecided each opinion is, in nats."""
    blocks = (opinion[block] for block in blocks_of_rows(*opinion.shape))
    return np.concatenate([-(block * np.log(block + _NO_LESS)).sum(axis=1) for block in blocks])
