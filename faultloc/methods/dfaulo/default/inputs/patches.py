"""Random features of images: how strongly small patches that are drawn from the images answer in each ninth."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

# Larger images are averaged down: this is a cheap opinion, and most of what tells classes apart is still there.
_LARGEST_SIDE = 32
_SMALLEST_SIDE = 8
# Of more channels patches would be so long that their directions take minutes; such inputs are rows of numbers.
_MOST_CHANNELS = 32
_PATCHES = 10_000
# The answers of a filter are averaged over a grid of so many by so many cells.
_STRIDE, _GRID = 2, 3
# Half as many filters for a large set: the cost of the regression grows with their square, and samples make up for it.
_FILTERS, _FILTERS_OF_MANY, _MANY = 96, 48, 5_000
# Beside a variance of 1 of the inputs: flat patches are not blown up, nor the directions in which patches hardly vary.
_LEAST_VARIANCE, _LEAST_SPREAD = 0.05, 0.1
# An answer weaker than this share of a filter's own patch says nothing.
_THRESHOLD = 0.25


@dataclass(frozen=True)
class PatchFeatures:
    """The filters, ready to be applied to images of one shape.

    Source: Coates, Ng and Lee, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning", AISTATS 2011.
    Differs: patches themselves are the filters, no clusters of them (they do as well there, and cost nothing); of
    the pooled answers the roots are taken, so that a few strong ones do not outweigh the rest (Perronnin, Sanchez
    and Mensink, "Improving the Fisher Kernel for Large-Scale Image Classification", ECCV 2010).

    ``mirrored``: an image and its mirror image have the same features, the mean of both.
    """

    filters: Float[Tensor, "filter channel row column"]
    scale: float
    mirrored: bool = False

    def __call__(self, images: Float[Tensor, "sample channel row column"]) -> Float[Tensor, "sample feature"]:
        """The features of ``images``: the root of each filter's mean answer in each cell of the grid, and of its mean
        opposite."""
        shrunk = _shrunk(images) / self.scale
        features = self._pooled(shrunk).sqrt_()
        return features.add_(self._pooled(shrunk.flip(3)).sqrt_()).div_(2) if self.mirrored else features

    def _pooled(self, shrunk: Float[Tensor, "sample channel row column"]) -> Float[Tensor, "sample feature"]:
        count, _, rows, columns = shrunk.shape
        size, filters = self.filters.shape[-1], len(self.filters)
        down, across = _windows(rows, size), _windows(columns, size)
        mean, square = down @ torch.stack([shrunk.mean(1), shrunk.square().mean(1)]) @ across.T
        spread = (square - mean.square()).clamp_min_(0).add_(_LEAST_VARIANCE).sqrt_()
        # The filters side by side: each cell's mean is then one product of matrices, a third of what pooling takes.
        side_by_side = torch.channels_last
        answers = F.conv2d(
            shrunk.contiguous(memory_format=side_by_side),
            self.filters.contiguous(memory_format=side_by_side),
            stride=_STRIDE,
        )
        by_place = answers.permute(0, 2, 3, 1).reshape(count, -1, filters).div_(spread.reshape(count, -1, 1))
        cells = torch.kron(_cells(len(down)), _cells(len(across)))
        strong = cells @ by_place.sub(_THRESHOLD).relu_()
        opposite = cells @ by_place.add_(_THRESHOLD).neg_().relu_()
        return torch.stack([strong, opposite], dim=1).transpose(2, 3).reshape(count, -1)


def _windows(side: int, size: int) -> Float[Tensor, "window place"]:
    """Rows that average the places that each window of ``size`` covers of a ``side``, a stride after another."""
    places, starts = torch.arange(side), torch.arange(0, side - size + 1, _STRIDE)[:, None]
    return ((places >= starts) & (places < starts + size)).float() / size


def _cells(side: int) -> Float[Tensor, "cell place"]:
    """Rows that average each part of a ``side``: of as equal a size as can be, overlapping where they do not fit."""
    places, cell = torch.arange(side), torch.arange(_GRID)[:, None]
    inside = (places >= cell * side // _GRID) & (places < -(-(cell + 1) * side // _GRID))
    return inside / inside.sum(1, keepdim=True)


def has_patches(shape: torch.Size) -> bool:
    """Whether samples of ``shape`` (without the axis of samples) are images large enough for patches, of 32 channels at
    most."""
    return len(shape) == 3 and min(shape[1:]) >= _SMALLEST_SIDE and shape[0] <= _MOST_CHANNELS


def draw_patches(
    images: Float[Tensor, "sample channel row column"], generator: torch.Generator, *, samples: int
) -> PatchFeatures:
    """Filters drawn from ``images``, some of the ``samples`` that the features are wanted of."""
    wanted = _FILTERS if samples <= _MANY else _FILTERS_OF_MANY
    shrunk = _shrunk(images)
    # Whatever the unit; images of one colour differ by the rounding alone, which is not to be blown up.
    scale = max(float(shrunk.std()), 1e-6 * float(shrunk.abs().mean())) or 1.0
    shrunk = shrunk / scale
    count, channels, rows, columns = shrunk.shape
    size = min(6, max(3, min(rows, columns) // 3))
    sample = torch.randint(count, (_PATCHES,), generator=generator)
    row = torch.randint(rows - size + 1, (_PATCHES,), generator=generator)
    column = torch.randint(columns - size + 1, (_PATCHES,), generator=generator)
    windows = shrunk.unfold(2, size, 1).unfold(3, size, 1)
    patches = windows[sample, :, row, column].reshape(_PATCHES, -1)
    patches = patches - patches.mean(1, keepdim=True)
    patches = patches / patches.var(1, keepdim=True, correction=0).add(_LEAST_VARIANCE).sqrt()
    values, vectors = torch.linalg.eigh((patches.T @ patches / _PATCHES).double())
    whitening = ((vectors / (values.clamp_min(0) + _LEAST_SPREAD * values.mean() + 1e-12).sqrt()) @ vectors.T).float()
    chosen = patches[torch.randperm(_PATCHES, generator=generator)[:wanted]] @ whitening
    filters = F.normalize(chosen, dim=1) @ whitening
    # A patch's mean is taken off by the filter: what is left of the sum is the same.
    filters = filters - filters.mean(1, keepdim=True)
    return PatchFeatures(filters.reshape(-1, channels, size, size).contiguous(), scale)


def _shrunk(images: Float[Tensor, "sample channel row column"]) -> Float[Tensor, "sample channel _ _"]:
    rows, columns = images.shape[2:]
    if max(rows, columns) <= _LARGEST_SIDE:
        return images
    return F.adaptive_avg_pool2d(images, (min(rows, _LARGEST_SIDE), min(columns, _LARGEST_SIDE)))
