"""A ridge regression of the labels whose answer for each sample leaves that sample out, without a loop over samples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# The regression learns from so many samples at most; the others, which it has not seen, are asked.
_LEARNED_FROM = 20_000
_ROWS_AT_ONCE = 128
# The products of so many rows are added up at once.
_ROWS_MULTIPLIED = 2048
# Shares of the mean variance of a feature; the one with the least estimated error is taken.
_PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# Features are divided by their spread and this share of the mean spread: what hardly varies stays small.
_LEAST_SPREAD = 0.1
# Against a division by the rounding alone. Of few samples with thousands of features next to nothing is left of a
# residual: a larger bound would let each sample's own label into its answer.
_LEAST_LEFT = 1e-6

# Gives the features of the samples at some places.
FeaturesOf = Callable[[Int[np.ndarray, "row"]], Float[np.ndarray, "row feature"]]


@dataclass(frozen=True)
class LeftOutAnswers:
    """``scores``: what a regression on other samples says of each; ``principal``: the features along the directions in
    which they vary most, the first the most. ``error``: the square error of a sample that is left out, summed over
    classes, by generalised cross-validation; lower is better, and knowing the shares of the classes alone gives 1 less
    the sum of their squares."""

    scores: Float[np.ndarray, "sample class"]
    principal: Float[np.ndarray, "sample direction"]
    error: float


def left_out_answers(
    features_of: FeaturesOf,
    labels: Int[np.ndarray, "sample"],
    classes: int,
    *,
    directions: int,
    allocate: Allocate = allocate_in_memory,
) -> LeftOutAnswers:
    """The regression of one-hot ``labels`` on the features, each sample answered as if it had not been learned from.

    Leaving a sample out changes its residual by a factor that its leverage tells. The penalty is the one of a few with
    the least error by generalised cross-validation. Of more than 20,000 samples so many, evenly spread, are learned
    from, and the features of the others are asked for a few at a time. What has a row for each sample lies where
    ``allocate`` puts it.

    Source: Golub, Heath and Wahba, "Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter",
    Technometrics 1979.
    """
    samples = len(labels)
    learned = np.unique(np.linspace(0, samples - 1, min(samples, _LEARNED_FROM)).astype(np.int64))
    features = _features_at(learned, features_of, allocate)
    if len(learned) <= features.shape[1]:
        return _by_samples(features, labels, classes, directions)
    fit = _Fit.of(features, labels[learned], classes, directions)
    scores, principal = allocate((samples, classes), np.float32), allocate((samples, fit.directions), np.float32)
    for start in range(0, len(learned), _ROWS_AT_ONCE):
        places = learned[start : start + _ROWS_AT_ONCE]
        along = fit.along(features[start : start + _ROWS_AT_ONCE])
        scores[places] = fit.left_out(along, labels[places])
        principal[places] = along[:, : fit.directions]
    is_new = np.ones(samples, bool)
    is_new[learned] = False
    for places in _few_at_a_time(np.flatnonzero(is_new)):
        principal[places], scores[places] = fit.answer(features_of(places))
    return LeftOutAnswers(scores, principal, fit.error)


def _features_at(
    places: Int[np.ndarray, "row"], features_of: FeaturesOf, allocate: Allocate
) -> Float[np.ndarray, "row feature"]:
    features, done = None, 0
    for few in _few_at_a_time(places):
        block = features_of(few)
        features = allocate((len(places), block.shape[1]), np.float32) if features is None else features
        features[done : done + len(few)] = block
        done += len(few)
    assert features is not None
    return features


def _few_at_a_time(places: Int[np.ndarray, "row"]) -> Iterator[Int[np.ndarray, "_"]]:
    for start in range(0, len(places), _ROWS_AT_ONCE):
        yield places[start : start + _ROWS_AT_ONCE]


@dataclass(frozen=True)
class _Fit:
    """The regression: features less ``mean`` are turned along ``axes``, those of most variance first; ``outward`` are
    the first of them, and the way to what is said; ``inverse`` tells leverages, ``shares`` are those of the labels."""

    mean: Float[np.ndarray, "_"]
    axes: Float[np.ndarray, "feature feature"]
    weights: Float[np.ndarray, "feature class"]
    outward: Float[np.ndarray, "feature answer"]
    inverse: Float[np.ndarray, "_"]
    shares: Float[np.ndarray, "_"]
    samples: int
    directions: int
    error: float

    @classmethod
    def of(
        cls, features: Float[np.ndarray, "row feature"], labels: Int[np.ndarray, "row"], classes: int, directions: int
    ) -> "_Fit":
        samples, width = features.shape
        mean, shares = features.mean(axis=0), np.bincount(labels, minlength=classes) / samples
        gram, moments = np.zeros((width, width)), np.zeros((width, classes))
        for start in range(0, samples, _ROWS_MULTIPLIED):
            centred = features[start : start + _ROWS_MULTIPLIED] - mean
            gram += centred.T @ centred
            moments += centred.T @ np.eye(classes, dtype=np.float32)[labels[start : start + _ROWS_MULTIPLIED]]
        scale = _scale(np.sqrt(np.diag(gram) / samples))
        gram *= scale
        gram *= scale[:, None]
        values, vectors = np.linalg.eigh(gram)
        values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
        turned = vectors.T @ (moments * scale[:, None])
        error, penalty = _least_error(values, np.square(turned).sum(axis=1), samples, width, shares)
        axes, weights = np.ascontiguousarray(scale[:, None] * vectors), turned / (values + penalty)[:, None]
        kept = min(directions, width)
        return cls(
            mean,
            axes.astype(np.float32),
            weights.astype(np.float32),
            np.column_stack([axes[:, :kept], axes @ weights]).astype(np.float32),
            (1 / (values + penalty)).astype(np.float32),
            shares,
            samples,
            kept,
            error,
        )

    def along(self, features: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return (features - self.mean) @ self.axes

    def answer(
        self, features: Float[np.ndarray, "row feature"]
    ) -> tuple[Float[np.ndarray, "row direction"], Float[np.ndarray, "row class"]]:
        """Along the first directions, and what is said of samples that were not learned from."""
        answered = (features - self.mean) @ self.outward
        return answered[:, : self.directions], answered[:, self.directions :] + self.shares

    def left_out(
        self, along: Float[np.ndarray, "row feature"], labels: Int[np.ndarray, "row"]
    ) -> Float[np.ndarray, "row class"]:
        leverage = np.square(along) @ self.inverse + 1 / self.samples
        return _left_out(along @ self.weights, leverage, labels, self.shares)


def _by_samples(
    features: Float[np.ndarray, "sample feature"], labels: Int[np.ndarray, "sample"], classes: int, directions: int
) -> LeftOutAnswers:
    """From the products of the samples, where these are fewer than the features: the same answers, sooner."""
    samples, width = features.shape
    features = features - features.mean(axis=0)
    features *= _scale(features.std(axis=0)).astype(np.float32)
    values, vectors = np.linalg.eigh((features @ features.T).astype(np.float64))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    shares = np.bincount(labels, minlength=classes) / samples
    turned = vectors.T @ (np.eye(classes)[labels] - shares)
    power = values * np.square(turned).sum(axis=1)
    error, penalty = _least_error(values, power, samples, width, shares)
    shrunk = values / (values + penalty)
    leverage = np.square(vectors) @ shrunk + 1 / samples
    scores = _left_out(vectors @ (shrunk[:, None] * turned), leverage, labels, shares)
    principal = (vectors * np.sqrt(values))[:, :directions]
    return LeftOutAnswers(scores.astype(np.float32), np.ascontiguousarray(principal).astype(np.float32), error)


def _scale(spread: Float[np.ndarray, "_"]) -> Float[np.ndarray, "_"]:
    return 1 / (spread + _LEAST_SPREAD * spread.mean() + 1e-12)


def _left_out(
    fitted: Float[np.ndarray, "row class"],
    leverage: Float[np.ndarray, "row"],
    labels: Int[np.ndarray, "row"],
    shares: Float[np.ndarray, "_"],
) -> Float[np.ndarray, "row class"]:
    """What a regression without each sample says; ``fitted`` is that of all, less the ``shares`` of the labels."""
    given = -np.broadcast_to(shares, fitted.shape)
    given[np.arange(len(fitted)), labels] += 1
    return given - (given - fitted) / np.maximum(1 - leverage, _LEAST_LEFT)[:, None] + shares


def _least_error(
    values: np.ndarray, power: np.ndarray, samples: int, width: int, shares: Float[np.ndarray, "_"]
) -> tuple[float, float]:
    """The least error of a sample by cross-validation, and the penalty that has it; ``power``: what each direction
    explains of the labels."""
    total, errors = float(samples * (1 - (shares**2).sum())), []
    for share in _PENALTIES:
        penalty = share * max(float(values.sum()) / width, 1e-12)
        shrunk = 1 / (values + penalty)
        left = total - 2 * float(shrunk @ power) + float((values * shrunk**2) @ power)
        degrees = float((values * shrunk).sum()) + 1
        errors.append((left / max(1 - degrees / samples, _LEAST_LEFT) ** 2 / samples, penalty))
    return min(errors)
