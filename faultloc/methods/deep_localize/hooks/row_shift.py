"""By how much what was computed for some samples differs between two calls, whatever axis the samples lie on."""

from collections.abc import Iterator, Sequence

from torch import Tensor


def output_shift(one: Tensor, other: Tensor, count: int, asked: Sequence[int]) -> float | None:
    """The largest change of the samples ``asked``, in deviations of ``one``; None where the samples cannot be told.

    The samples lie on the first axis, or on the second. A table of samples by samples compares them on purpose.
    """
    if not one.is_floating_point() or one.shape != other.shape or one.dim() == 0 or not one.numel():
        return None
    lengths = list(one.shape[:2])
    if lengths.count(count) != 1:
        return None
    return axis_shift(one, other, lengths.index(count), asked)


def layer_shift(one: Tensor, other: Tensor, count: int, asked: Sequence[int]) -> float | None:
    """The same of what is inside a model, where samples may lie on any axis, or be one axis with another.

    Of all ways to read the axes the one counts that lets the samples change least.
    """
    if not one.is_floating_point() or one.shape != other.shape or not one.numel():
        return None
    ways = [
        axis_shift(shaped, changed, axis, asked)
        for shaped, changed, axis in (
            *((one, other, axis) for axis, length in enumerate(one.shape) if length == count),
            *_unfolded(one, other, count),
        )
    ]
    return min(ways, default=None)


def _unfolded(one: Tensor, other: Tensor, count: int) -> Iterator[tuple[Tensor, Tensor, int]]:
    """The first axis split into samples and steps, either of them first."""
    length = one.shape[0] if one.dim() else 0
    if length > count and length % count == 0:
        for axis, sizes in enumerate(((count, length // count), (length // count, count))):
            yield one.unflatten(0, sizes), other.unflatten(0, sizes), axis


def axis_shift(one: Tensor, other: Tensor, axis: int, asked: Sequence[int]) -> float:
    """The largest change along ``axis`` at the places ``asked``, in deviations of ``one``."""
    values = one.float()
    spread = float(values.std()) if values.numel() > 1 else float(values.abs().max())
    apart = [(values.select(axis, row) - other.float().select(axis, row)).abs().max() for row in asked]
    shift = max(float(value) for value in apart) / max(spread, 1e-6)
    return shift if shift == shift else 0.0  # what is no number is another rule's
