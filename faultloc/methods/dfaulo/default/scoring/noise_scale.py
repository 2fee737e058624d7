"""How many labels are wrong by the inputs alone, which have learned no label by heart as the model's features have."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, with_rates
from faultloc.methods.dfaulo.default.scoring.temperature import (
    enough_samples,
    entropy,
    logs_by_class,
    normal_scores,
)

# A normal prior on the logarithm of the scale and on those of the temperature: where the inputs tell nothing, the noise
# stays what the mutants' anchors say. A tenth of it lets a few hundred samples, of which the inputs do not tell all
# classes apart, find wrong labels in a quarter of a clean set.
_PENALTY = 1.0
_LEAST_SCALE, _MOST_WRONG = 0.01, 0.9
_TEMPERATURES = (-10.0, 10.0)
_STEP = 1e-3
_TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class ScaledNoise:
    """``noise`` with as many wrong labels as the inputs tell of, and how certain they are of that: in [0, 1), 0 where
    they tell nothing of the labels, near 1 where the number of wrong labels is known to a few percent."""

    noise: NoiseMatrix
    certainty: float


def scale_noise(
    noise: NoiseMatrix,
    by_inputs: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    foreign_share: Float[np.ndarray, "sample"],
    memory: float = 1.0,
    known: Float[np.ndarray, "class class"] | None = None,
) -> ScaledNoise:
    """All rates of wrong labels in ``noise`` times the one number that makes the labels likeliest.

    A wrong label has nothing to do with how like its class an input looks; a mistake of an opinion that is unsure has:
    it falls on the classes that the opinion holds likely. So the labels tell both apart, given an opinion that has
    learned none of them by heart: ``by_inputs``, each sample left out. Its temperature (as in ``fit_temperature``) is
    fitted together with the scale, and the ``foreign_share`` of the samples, in [0, 1), may carry any label.

    More wrong labels than the anchors say are such as the model's features know by heart. ``memory`` in [0, 1] is how
    far that may be (see ``DefaultEvidence``): the prior on scales above 1 is narrower by it, and 0 allows for none.

    Rates that are ``known`` already (0 for all others, and on the diagonal; of a class at most .8 in all) stay as they
    are; ``by_inputs`` is then an opinion that was freed of them.

    The certainty is 1 / (1 + the variance of the scale's logarithm), by the curvature of the likelihood.
    """
    chosen = enough_samples(len(labels))
    given, places = labels[chosen], np.arange(len(chosen))
    heat = np.maximum(normal_scores(entropy(by_inputs)), 0)[chosen]
    logs = logs_by_class(by_inputs[chosen])
    fixed = np.zeros_like(noise.transition) if known is None else known
    cells = np.where(fixed > 0, 0, noise.transition)
    np.fill_diagonal(cells, 0)
    room = np.maximum(_MOST_WRONG - fixed.sum(axis=1), 0.0)
    is_limited = fixed.any(axis=1) & (cells.sum(axis=1) > room)
    cells[is_limited] *= (room / np.maximum(cells.sum(axis=1), 1e-12))[is_limited, None]
    mistaken, rate = cells[:, given], cells.sum(axis=1)[given]
    fixed_mistaken, fixed_rate = fixed[:, given], fixed.sum(axis=1)[given]
    foreign = foreign_share[chosen]
    by_foreign = foreign * (np.bincount(labels, minlength=len(noise.transition)) / len(labels))[given]

    def gradient_of(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        scale, coldness = np.exp(numbers[0]), np.exp(-numbers[1] - numbers[2] * heat)
        said = np.exp(logs * coldness)
        said /= said.sum(axis=0)
        own = said[given, places]
        by_noise = (said * mistaken).sum(axis=0) - own * rate
        likelihood = own * (1 - fixed_rate) + (said * fixed_mistaken).sum(axis=0) + scale * by_noise
        # What the likelihood gains as the opinion gets surer.
        weighed = said * logs
        gain = (weighed * (scale * mistaken + fixed_mistaken)).sum(axis=0)
        gain += weighed[given, places] * (1 - scale * rate - fixed_rate)
        gain = coldness * (gain - likelihood * weighed.sum(axis=0))
        mixed = np.maximum(by_foreign + (1 - foreign) * likelihood, _TINY)
        pull = (1 - foreign) / mixed
        slopes = np.array([-(pull @ (scale * by_noise)), pull @ gain, pull @ (gain * heat)])
        return -float(np.log(mixed).sum()), slopes

    def cost(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        value, slopes = gradient_of(numbers)
        penalties = np.full(3, _PENALTY)
        if numbers[0] > 0:
            penalties[0] /= memory
        return value + float(penalties @ numbers**2), slopes + 2 * penalties * numbers

    most = np.log(max(float((room / np.maximum(cells.sum(axis=1), 1e-12)).min()), 1e-12)) if memory > 0 else 0.0
    bounds = [(np.log(_LEAST_SCALE), max(most, 0.0)), _TEMPERATURES, _TEMPERATURES]
    found = minimize(cost, np.zeros(3), jac=True, method="L-BFGS-B", bounds=bounds).x
    steps = _STEP * np.eye(3)
    curvature = [(gradient_of(found + step)[1] - gradient_of(found - step)[1]) / (2 * _STEP) for step in steps]
    return ScaledNoise(with_rates(float(np.exp(found[0])) * cells + fixed), _certainty(np.array(curvature)))


def _certainty(curvature: Float[np.ndarray, "number number"]) -> float:
    """From the second derivatives of the negative logarithm of the likelihood, the scale's first."""
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    variance = float((vectors[0] ** 2 / np.maximum(values, 1e-9)).sum())
    return 1 / (1 + variance)
