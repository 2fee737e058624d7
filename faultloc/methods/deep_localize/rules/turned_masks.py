"""Pictures and masks of which one was mirrored or turned without the other, as augmentations often do."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_MOST_PICTURES, _MOST_CLASSES, _LEAST_SIDE, _SIDE = 16, 12, 8, 128
# A picture tells where a mask belongs if this much of its variance lies between the mask's regions, and so much more
# of it than where the mask stands.
_TELLS, _MORE = 0.2, 0.15
_FEWEST, _LEAST_SHARE = 8, 0.15

# A mask as it is, mirrored, and turned.
_MIRRORED: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda mask: mask,
    lambda mask: mask.flip(-1),
    lambda mask: mask.flip(-2),
    lambda mask: mask.flip(-1, -2),
)


class TurnedMasks:
    """How many of the pictures seen fit their masks as they stand, and how many fit them better in another position."""

    def __init__(self) -> None:
        self._fit = self._turned = 0
        self._is_told = False

    def look(self, given: Tensor | None, target: Tensor | None) -> Iterator[Symptom]:
        """A symptom once enough of the pictures in ``given`` fit a mirrored or turned mask in ``target`` far better."""
        regions = None if self._is_told or given is None or target is None else _regions(given, target)
        if regions is None or given is None:
            return
        pictures = _sparse(given.detach()[:_MOST_PICTURES]).float()
        fits = [_explained(pictures, turn(regions)) for turn in _MIRRORED]
        if pictures.shape[-1] == pictures.shape[-2]:
            fits += [_explained(pictures, turn(regions).transpose(-1, -2)) for turn in _MIRRORED]
        best = torch.stack(fits).max(0).values
        self._fit += int((fits[0] >= torch.maximum(best, torch.tensor(_TELLS))).sum())
        self._turned += int(((best >= _TELLS) & (best >= fits[0] + _MORE)).sum())
        if self._turned >= _FEWEST and self._turned >= _LEAST_SHARE * (self._turned + self._fit):
            self._is_told = True
            yield Symptom(
                "input.turned_masks", INPUT, self._turned, self._fit,
                f"of {self._turned + self._fit} pictures {self._turned} fit their masks far better once these are "
                "mirrored or turned: one of the two was changed without the other",
            )  # fmt: skip


def _regions(given: Tensor, target: Tensor) -> Tensor | None:
    """The masks as (picture, region, row, column), one region for each class; None where targets are no masks."""
    if given.dim() != 4 or not given.is_floating_point() or len(target) != len(given):
        return None
    masks = target.detach()[:_MOST_PICTURES]
    if masks.dim() == 4 and masks.shape[1] == 1:
        masks = masks[:, 0]
    side = masks.shape[-2:]
    if masks.dim() != 3 or masks.is_complex() or side != given.shape[-2:] or min(side) < _LEAST_SIDE:
        return None
    masks = _sparse(masks).float()
    classes = masks.unique()
    if not 1 < len(classes) <= _MOST_CLASSES:
        return None
    return F.one_hot(torch.searchsorted(classes, masks.contiguous()), len(classes)).movedim(-1, 1).float()


def _sparse(pictures: Tensor) -> Tensor:
    """Every second, third, ... row and column of large pictures, as that is enough to see how they lie."""
    apart = max(1, max(pictures.shape[-2:]) // _SIDE)
    return pictures[..., ::apart, ::apart]


def _explained(pictures: Tensor, regions: Tensor) -> Tensor:
    """Of each picture the share of a channel's variance that lies between the regions, of the channel that has most."""
    pixels, inside = pictures.flatten(2), regions.flatten(2)
    pixels = pixels - pixels.mean(2, keepdim=True)
    size = inside.sum(2).clamp_min(1)
    between = ((pixels @ inside.mT).square() / size[:, None]).sum(2)
    return (between / pixels.square().sum(2).clamp_min(1e-12)).max(1).values
