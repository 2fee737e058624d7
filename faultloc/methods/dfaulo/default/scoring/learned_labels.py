"""Where wrong labels gather: the signs of strangeness that a wrong label itself leaves in what was trained on it."""

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

from faultloc.methods.dfaulo.default.scoring.monotone_logistic import fit_monotone_logistic
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.rising_curve import rising_curve
from faultloc.methods.dfaulo.default.scoring.temperature import label_likelihood
from faultloc.subject.blocks import blocks_of_rows

# The inputs alone are sure of a class from here on; of so many samples at least, the surest.
_SURE, _FEWEST_SURE, _SUREST = 0.7, 100, 0.2
_PENALTY = 2.0
_LEAST_RATE, _MOST_RATE = 0.05, 20.0
# Of a class so many labels at most are taken to be wrong.
_MOST_WRONG = 0.9


def noise_rates(
    by_inputs: Float[np.ndarray, "sample class"],
    opinions: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    noise: NoiseMatrix,
    marks: Float[np.ndarray, "sample mark"],
) -> Float[np.ndarray, "sample"]:
    """How much likelier than on average each sample's label is wrong, by the ``marks`` that labels leave; 1 = average.

    A model is torn where it was trained on a wrong label: its energy is high there and its features lie between
    classes, as those of foreign inputs do. How far, is seen at samples that the inputs alone (``by_inputs``) are sure
    of: these are no foreign ones, and what contradicts their labels (``opinions``, all that was not shown them) is a
    wrong label. ``marks`` are normal scores, high = strange. What they explain is no sign of foreign inputs.
    """
    surest = by_inputs.max(axis=1)
    is_sure = surest >= _SURE
    if is_sure.sum() < _FEWEST_SURE:
        is_sure = surest >= np.quantile(surest, 1 - _SUREST)
    wrong = np.empty(len(labels))
    for rows in blocks_of_rows(*opinions.shape):
        given = labels[rows]
        right = opinions[rows][np.arange(len(given)), given] * noise.transition[given, given]
        wrong[rows] = 1 - right / label_likelihood(opinions[rows], given, noise)
    weights, intercept = fit_monotone_logistic(marks[is_sure], wrong[is_sure], penalty=_PENALTY)
    torn = marks @ weights
    # The logistic curve is smooth where samples are few, the isotonic one follows a bend.
    expected = (rising_curve(torn[is_sure], wrong[is_sure], torn) + expit(torn + intercept)) / 2
    return np.clip(expected / np.mean(expected[is_sure]), _LEAST_RATE, _MOST_RATE)


def scaled_likelihood(
    opinions: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    noise: NoiseMatrix,
    rates: Float[np.ndarray, "sample"],
) -> Float[np.ndarray, "sample"]:
    """The probability of each given label where labels are wrong ``rates`` times as often as ``noise`` says."""
    transition = noise.transition
    wrong = 1 - np.diag(transition)
    rates = np.minimum(rates, _MOST_WRONG / max(float(wrong.max()), 1e-12))
    own = opinions[np.arange(len(labels)), labels]
    others = label_likelihood(opinions, labels, noise) - own * transition[labels, labels]
    return own * (1 - rates * wrong[labels]) + rates * np.maximum(others, 0)
