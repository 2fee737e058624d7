"""Reads the inputs without the user's model: images by patches, texts by words, anything else as a row of numbers."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from torch import Tensor

from faultloc.methods.dfaulo.default.inputs.images import read_images
from faultloc.methods.dfaulo.default.inputs.numbers import Numbers, some_of
from faultloc.methods.dfaulo.default.inputs.patches import has_patches
from faultloc.methods.dfaulo.default.inputs.ridge import FeaturesOf, left_out_answers
from faultloc.methods.dfaulo.default.inputs.texts import read_texts
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# The directions of the inputs that are kept of each sample, to tell kinds of foreign inputs by.
_DIRECTIONS = 64
# Enough to fit one number by.
_SOME_LABELS = 20_000
# Random combinations beside the numbers themselves, where samples are rows of numbers; of so many numbers at most,
# evenly spread over a longer row.
_COMBINATIONS, _MOST_NUMBERS = 256, 4_096
# Below this nothing can be learned from the others.
_FEWEST_SAMPLES = 20


@dataclass(frozen=True)
class InputReading:
    """``opinion``: the probability of each label by the inputs of all other samples and their labels. ``features``: the
    inputs along the directions in which they vary most."""

    opinion: Float[np.ndarray, "sample class"]
    features: Float[np.ndarray, "sample direction"]


def read_inputs(
    inputs: Shaped[Tensor, "sample ..."],
    labels: Int[np.ndarray, "sample"],
    classes: int,
    generator: torch.Generator,
    *,
    allocate: Allocate = allocate_in_memory,
) -> InputReading | None:
    """What cheap models of the inputs alone say of each sample, that sample left out; None of too few samples.

    It has seen nothing that the user's network has learned, so that labels which that one knows by heart cannot hide
    in it. How sure it may be is fitted to the labels: where inputs alone tell nothing, it says how frequent labels are.
    Of images and rows of numbers the answers lie where ``allocate`` puts them.
    """
    if len(labels) < _FEWEST_SAMPLES:
        return None
    numpy_generator = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
    if inputs.ndim == 2 and not inputs.is_floating_point() and inputs.dtype != torch.bool:
        tokens = inputs.cpu().numpy()
        answers = read_texts(tokens, labels, classes, numpy_generator, directions=_DIRECTIONS, allocate=allocate)
    elif has_patches(inputs.shape[1:]):
        answers = read_images(inputs, labels, classes, generator, directions=_DIRECTIONS, allocate=allocate)
    else:
        features_of = _features_of(inputs, generator)
        answers = left_out_answers(features_of, labels, classes, directions=_DIRECTIONS, allocate=allocate)
    return InputReading(_as_probabilities(answers.scores, labels), answers.principal)


def _features_of(inputs: Shaped[Tensor, "sample ..."], generator: torch.Generator) -> FeaturesOf:
    numbers = Numbers.like(inputs)
    example = numbers(inputs[some_of(len(inputs)).to(inputs.device)])
    combined = _Combined.drawn(example.flatten(1), generator)

    def features_of(places: Int[np.ndarray, "row"]) -> Float[np.ndarray, "row feature"]:
        with torch.no_grad():
            return combined(numbers(inputs[torch.from_numpy(places).to(inputs.device)])).numpy()

    return features_of


@dataclass(frozen=True)
class _Combined:
    """The numbers of a row at ``places``, standardised, and random combinations of them, cut off at 0."""

    places: Int[Tensor, "_"]
    mean: Float[Tensor, "_"]
    spread: Float[Tensor, "_"]
    weights: Float[Tensor, "number combination"]

    @classmethod
    def drawn(cls, example: Float[Tensor, "sample number"], generator: torch.Generator) -> "_Combined":
        numbers = example.shape[1]
        places = torch.from_numpy(np.unique(np.linspace(0, numbers - 1, min(numbers, _MOST_NUMBERS)).astype(np.int64)))
        example = example[:, places]
        weights = torch.randn(example.shape[1], _COMBINATIONS, generator=generator) / example.shape[1] ** 0.5
        spread = example.std(0, correction=0)
        return cls(places, example.mean(0), spread + 0.01 * spread.mean() + 1e-12, weights)

    def __call__(self, samples: Float[Tensor, "sample ..."]) -> Float[Tensor, "sample feature"]:
        numbers = samples.flatten(1)[:, self.places]
        standard = ((numbers - self.mean) / self.spread).clamp(-5, 5)
        return torch.cat([standard, torch.relu(standard @ self.weights)], dim=1)


def _as_probabilities(
    scores: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample class"]:
    """The probabilities, in the memory of ``scores``: a second array of samples and classes may be too large."""
    some = np.unique(np.linspace(0, len(labels) - 1, _SOME_LABELS).astype(int))
    few, given = scores[some].astype(np.float64), labels[some]
    prior = np.log(np.maximum(np.bincount(labels, minlength=scores.shape[1]), 0.5) / len(labels))
    few -= few.mean(axis=0)

    def cost(sharpness: float) -> float:
        said = log_softmax(np.exp(sharpness) * few + prior, axis=1)
        return -float(said[np.arange(len(given)), given].mean())

    sharpness = np.exp(minimize_scalar(cost, bounds=(-8, 8), method="bounded").x)
    centre = scores[some].mean(axis=0, dtype=np.float64)
    for rows in blocks_of_rows(*scores.shape):
        scores[rows] = softmax(sharpness * (scores[rows] - centre) + prior, axis=1)
    return scores
