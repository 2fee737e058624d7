"""Answers that hang on where in the batch a sample stands, though no sample looks at another.

The same few samples are given once more in another order. Positions that are counted over the samples instead of the
steps make a difference then, and nothing else should: where the answers are drawn at random, or a state is kept for
each place, nothing is said.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import Given, with_rows
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.rerun import Rerun, run_again
from faultloc.methods.deep_localize.rules.sequence_axis import MOST_SHIFT

_LAYER_SHIFT, _ROUNDING = 1e-3, 1e-4


def check_place_in_batch(model: nn.Module, module: nn.Module, given: Given, count: int, asked: int) -> list[Symptom]:
    """A symptom where ``asked`` of the ``count`` samples are answered otherwise in another order; up to four calls."""
    if _keeps_a_place(model, count) or _has_plain_lists(given):
        return []
    order = [*range(1, asked), 0]
    rows, moved = with_rows(given, range(asked), count), with_rows(given, order, count)
    one, other = run_again(model, module, rows), run_again(model, module, moved)
    shift = _shift(one, other, order)
    if shift is None or shift <= MOST_SHIFT or _draws(model, module, rows, one):
        return []
    place = _place(model, module, rows, moved, order)
    said = (
        f"what the model says of a sample changes by {shift:.2g} of its spread when the same samples come in another "
        "order: it hangs on the sample's place in the batch"
    )
    return [Symptom("model.place_in_batch", place, shift, MOST_SHIFT, said)]


def _shift(one: Rerun | None, other: Rerun | None, order: Sequence[int]) -> float | None:
    """The largest change of any output that has the samples on its first axis alone, in deviations of the output."""
    if one is None or other is None:
        return None
    shifts = [_apart(*both, order) for both in zip(one.outputs, other.outputs, strict=False)]
    return max((shift for shift in shifts if shift is not None), default=None)


def _apart(before: Tensor, after: Tensor, order: Sequence[int]) -> float | None:
    if before.shape != after.shape or not before.is_floating_point() or not before.dim():
        return None
    if list(before.shape).count(len(order)) != 1 or len(before) != len(order) or not before.numel():
        return None
    expected, found = before.float()[list(order)], after.float()
    spread = float(expected.std())
    # Where all samples are answered alike, what is left of a spread is rounding, which another order changes.
    if spread <= _ROUNDING * float(expected.abs().max()):
        return None
    apart = float((expected - found).abs().max()) / max(spread, 1e-6)
    return apart if apart == apart else None


def _draws(model: nn.Module, module: nn.Module, rows: Given, one: Rerun | None) -> bool:
    """Whether the answers are drawn: other random numbers give others."""
    with torch.random.fork_rng():
        torch.rand(7)
        again = run_again(model, module, rows)
    if one is None or again is None:
        return True
    return any(not torch.equal(*both) for both in zip(one.outputs, again.outputs, strict=False))


def _place(model: nn.Module, module: nn.Module, rows: Given, moved: Given, order: Sequence[int]) -> str:
    """The first layer that answers otherwise, or the one before it where what it is given differs already."""
    one = run_again(model, module, rows, with_layers=True)
    other = run_again(model, module, moved, with_layers=True)
    before = ""
    for ours, theirs in zip(one.records, other.records, strict=False) if one is not None and other is not None else ():
        if _differs(ours.returned, theirs.returned, order):
            return before if before and _differs(ours.given, theirs.given, order) else ours.name
        before = ours.name
    return before or "model"


def _differs(ours: Sequence[Tensor], theirs: Sequence[Tensor], order: Sequence[int]) -> bool:
    shifts = [_apart(*both, order) for both in zip(ours, theirs, strict=False)]
    return any(shift is not None and shift > _LAYER_SHIFT for shift in shifts)


def _keeps_a_place(model: nn.Module, count: int) -> bool:
    """Whether a module keeps a tensor with as many places as the batch has samples: a state for each, it may be."""
    kept = (value for module in model.modules() for key, value in vars(module).items() if not key.startswith("_"))
    return any(count in one.shape for value in kept for one in tensors_in(value))


def _has_plain_lists(given: Given) -> bool:
    """Whether an argument is a list of numbers, which would stay in its order."""
    arguments, named = given
    return any(
        isinstance(one, np.ndarray) or (isinstance(one, list | tuple) and not all(isinstance(x, Tensor) for x in one))
        for one in (*arguments, *named.values())
    )
