"""A ridge regression of the labels whose answer for each sample leaves that sample out, without a loop over samples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

# Shares of the mean variance of a feature; the one with the least estimated error is taken.
_PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# Features are divided by their spread and this share of the mean spread: what hardly varies stays small.
_LEAST_SPREAD = 0.1
_LEAST_LEFT = 1e-3

# Gives the features of all samples, a block of rows at a time, whenever it is called.
FeatureBlocks = Callable[[], Iterator[tuple[slice, Float[np.ndarray, "row feature"]]]]


@dataclass(frozen=True)
class LeftOutAnswers:
    """``scores``: what a regression on all other samples says of each; ``principal``: the features along the directions
    in which they vary most, the first the most."""

    scores: Float[np.ndarray, "sample class"]
    principal: Float[np.ndarray, "sample direction"]


def left_out_answers(
    blocks: FeatureBlocks,
    labels: Int[np.ndarray, "sample"],
    classes: int,
    *,
    directions: int,
) -> LeftOutAnswers:
    """The regression of one-hot ``labels`` on the features that ``blocks`` gives, twice, a block of rows at a time.

    Leaving a sample out changes its residual by a factor that its leverage tells. The penalty is the one of a few with
    the least error by generalised cross-validation. All features at once are never held.

    Source: Golub, Heath and Wahba, "Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter",
    Technometrics 1979.
    """
    _, first = next(blocks())
    solve = _by_samples if len(labels) <= first.shape[1] else _by_features
    return solve(blocks, labels, classes, directions)


def _by_features(blocks: FeatureBlocks, labels: np.ndarray, classes: int, directions: int) -> LeftOutAnswers:
    """From the products of the features: all features at once are never held."""
    samples = len(labels)
    sums, gram, moments = _gathered(blocks, labels, classes)
    mean, shares = sums / samples, np.bincount(labels, minlength=classes) / samples
    gram -= samples * np.outer(mean, mean)
    moments -= samples * np.outer(mean, shares)
    scale = _scale(np.sqrt(np.maximum(np.diag(gram), 0) / samples))
    gram *= scale
    gram *= scale[:, None]
    values, vectors = np.linalg.eigh(gram)
    values = np.maximum(values, 0)
    turned = vectors.T @ (moments * scale[:, None])
    penalty = _least_error(values, np.square(turned).sum(axis=1), samples, len(values), shares)
    weights = (turned / (values + penalty)[:, None]).astype(np.float32)
    kept = np.argsort(-values, kind="stable")[:directions]
    scores = np.empty((samples, classes), np.float32)
    principal = np.empty((samples, len(kept)), np.float32)
    of_sample = (1 / (values + penalty)).astype(np.float32)
    along = (scale[:, None] * vectors).astype(np.float32)
    for rows, features in blocks():
        places = (features - mean.astype(np.float32)) @ along
        leverage = np.square(places) @ of_sample + 1 / samples
        scores[rows] = _left_out(places @ weights, leverage, labels[rows], shares)
        principal[rows] = places[:, kept]
    return LeftOutAnswers(scores, principal)


def _by_samples(blocks: FeatureBlocks, labels: np.ndarray, classes: int, directions: int) -> LeftOutAnswers:
    """From the products of the samples, where these are fewer than the features: the same answers, sooner."""
    samples = len(labels)
    features = np.concatenate([block for _, block in blocks()])
    features -= features.mean(axis=0)
    features *= _scale(features.std(axis=0)).astype(np.float32)
    values, vectors = np.linalg.eigh((features @ features.T).astype(np.float64))
    values = np.maximum(values, 0)
    shares = np.bincount(labels, minlength=classes) / samples
    turned = vectors.T @ (np.eye(classes)[labels] - shares)
    power = values * np.square(turned).sum(axis=1)
    shrunk = values / (values + _least_error(values, power, samples, features.shape[1], shares))
    leverage = np.square(vectors) @ shrunk + 1 / samples
    scores = _left_out(vectors @ (shrunk[:, None] * turned), leverage, labels, shares)
    kept = np.argsort(-values, kind="stable")[:directions]
    return LeftOutAnswers(scores.astype(np.float32), (vectors[:, kept] * np.sqrt(values[kept])).astype(np.float32))


def _scale(spread: Float[np.ndarray, "_"]) -> Float[np.ndarray, "_"]:
    return 1 / (spread + _LEAST_SPREAD * spread.mean() + 1e-12)


def _left_out(
    fitted: Float[np.ndarray, "row class"],
    leverage: Float[np.ndarray, "row"],
    labels: Int[np.ndarray, "row"],
    shares: Float[np.ndarray, "class"],
) -> Float[np.ndarray, "row class"]:
    """What a regression without each sample says; ``fitted`` is that of all, less the ``shares`` of the labels."""
    given = -np.broadcast_to(shares, fitted.shape)
    given[np.arange(len(fitted)), labels] += 1
    return given - (given - fitted) / np.maximum(1 - leverage, _LEAST_LEFT)[:, None] + shares


def _gathered(blocks: FeatureBlocks, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The sums of the features, of their products, and of their products with one-hot labels."""
    gathered: list[np.ndarray] = []
    for rows, features in blocks():
        one_hot = np.zeros((len(features), classes), np.float32)
        one_hot[np.arange(len(features)), labels[rows]] = 1
        parts = [features.sum(axis=0, dtype=np.float64), features.T @ features, features.T @ one_hot]
        if not gathered:
            gathered = [part.astype(np.float64) for part in parts]
        else:
            for whole, part in zip(gathered, parts, strict=True):
                whole += part
    sums, gram, moments = gathered
    return sums, gram, moments


def _least_error(
    values: np.ndarray, power: np.ndarray, samples: int, width: int, shares: Float[np.ndarray, "class"]
) -> float:
    """The penalty with the least error by cross-validation; ``power``: what each direction explains of the labels."""
    total, errors = float(samples * (1 - (shares**2).sum())), []
    for share in _PENALTIES:
        penalty = share * max(float(values.sum()) / width, 1e-12)
        shrunk = 1 / (values + penalty)
        left = total - 2 * float(shrunk @ power) + float((values * shrunk**2) @ power)
        degrees = float((values * shrunk).sum()) + 1
        errors.append((left / max(1 - degrees / samples, _LEAST_LEFT) ** 2, penalty))
    return min(errors)[1]
