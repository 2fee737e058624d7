"""What small patches of images tell of their labels: the mean of two draws, mirrored where the labels allow it."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from faultloc.methods.dfaulo.default.inputs.numbers import Numbers, some_of
from faultloc.methods.dfaulo.default.inputs.patches import PatchFeatures, draw_patches
from faultloc.methods.dfaulo.default.inputs.ridge import FeaturesOf, LeftOutAnswers, left_out_answers
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# Two draws of filters err less than either, and twice the filters in one draw would take five times as long. Of fewer
# samples a second draw would be a tenth of what the whole scorer takes; of more, samples make up for it.
_FEWEST_DRAWN_TWICE, _MOST_DRAWN_TWICE = 1_000, 20_000
# Enough to tell whether mirror images help (photographs and clothes look the same in a mirror, digits do not): half of
# the samples, so many at most, and a third of the filters decide as all do.
_MOST_ASKED, _FILTERS_ASKED = 1_000, 32


def read_images(
    images: Shaped[Tensor, "sample channel row column"],
    labels: Int[np.ndarray, "sample"],
    classes: int,
    generator: torch.Generator,
    *,
    directions: int,
    allocate: Allocate = allocate_in_memory,
) -> LeftOutAnswers:
    """What regressions of ``labels`` on patches of all other images say of each image, and what the first one rests on.

    An image and its mirror image have the same features where labels of some images are then told with less error. Of
    1,000 to 20,000 images the scores are the mean of those by two draws of filters.
    """
    numbers = Numbers.like(images)
    example = numbers(images[some_of(len(images)).to(images.device)])
    draws = 2 if _FEWEST_DRAWN_TWICE <= len(images) <= _MOST_DRAWN_TWICE else 1
    drawn = [draw_patches(example, generator, samples=len(images)) for _ in range(draws)]
    mirrored = _do_mirrors_help(drawn[0], numbers, images, labels, classes)
    answers = [
        left_out_answers(
            _features_by(replace(patches, mirrored=mirrored), numbers, images),
            labels,
            classes,
            directions=directions,
            allocate=allocate,
        )
        for patches in drawn
    ]
    first, others = answers[0], answers[1:]
    for rows in blocks_of_rows(*first.scores.shape):
        for other in others:
            first.scores[rows] += other.scores[rows]
        first.scores[rows] /= draws
    return first


def _do_mirrors_help(
    patches: PatchFeatures,
    numbers: Numbers,
    images: Shaped[Tensor, "sample channel row column"],
    labels: Int[np.ndarray, "sample"],
    classes: int,
) -> bool:
    asked = some_of(len(images), min(len(images) // 2, _MOST_ASKED))
    few, given = images[asked.to(images.device)], labels[asked.numpy()]
    patches = replace(patches, filters=patches.filters[:_FILTERS_ASKED])
    plain, mirrored = (
        left_out_answers(
            _features_by(replace(patches, mirrored=each), numbers, few), given, classes, directions=1
        ).error
        for each in (False, True)
    )
    return mirrored < plain


def _features_by(
    patches: PatchFeatures, numbers: Numbers, images: Shaped[Tensor, "sample channel row column"]
) -> FeaturesOf:
    def features_of(places: Int[np.ndarray, "row"]) -> np.ndarray:
        with torch.no_grad():
            return patches(numbers(images[torch.from_numpy(places).to(images.device)])).numpy()

    return features_of
