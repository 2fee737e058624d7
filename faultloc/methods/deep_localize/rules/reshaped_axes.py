"""Reshapes that stand where two axes were to be exchanged: the shape is right, and the numbers are others'."""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import operation, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, tensors_in
from faultloc.methods.deep_localize.hooks.rerun import run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_MOST_NODES = 4000
_COLOURS = (3, 4)
Shape = tuple[int, ...]


def check_reshaped_axes(model: nn.Module, call: ForwardCall, loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """The first such reshape, whatever comes of it: nobody means one.

    One of what the model returns, before the loss compares it, is the loss's; any other is the layer's before it.
    """
    yield from _on_the_way_in(call, trace)
    for node, _ in reversed(list(walk(loss.grad_fn, most=_MOST_NODES)) if loss.grad_fn is not None else []):
        shapes = _reshaped(node)
        if shapes is None:
            continue
        before = _reshaped(node.next_functions[0][0]) if node.next_functions and node.next_functions[0][0] else None
        is_split = before is not None and exchanges_heads(before[0], *shapes)
        if is_split or exchanges_axes(*shapes) or spreads_classes(*shapes):
            is_behind = _returns(model, call, shapes[0])
            yield _symptom(LOSS if is_behind else trace.name_of(node) or "model", *shapes)
            return


def _returns(model: nn.Module, call: ForwardCall, shape: Shape) -> bool:
    again = run_again(model, call.module, call.given)
    return again is not None and any(tuple(one.shape) == shape for one in again.outputs)


def exchanges_axes(old: Shape, new: Shape) -> bool:
    """Whether ``new`` has the lengths that ``old`` has after an exchange of two axes behind the first, and no others.

    One of the new axes may be two of the old together, or the other way round: heads of attention split off a feature
    axis, the rows of a picture taken for steps. Lengths of 1 move nothing, and equal ones tell nothing.
    """
    if len(old) < 3 or old[0] != new[0] or len(set(old[1:])) != len(old) - 1 or 1 in (*old, *new):
        return False
    if len(old) == len(new) == 3:
        return (new[1], new[2]) == (old[2], old[1])
    if len(old) == len(new) == 4:
        # A last axis of colours comes to the front, or the first of them to the end, or heads before their steps.
        return new[1:] in ((old[3], old[1], old[2]), (old[2], old[3], old[1]), (old[2], old[1], old[3]))
    if len(old) == 4 and len(new) == 3:
        _, one, two, three = old
        if new[1:] in ((one, two * three), (one * two, three)):
            return False  # neighbouring axes joined, whatever else the lengths allow
        return new[1:] in ((two, one * three), (three, one * two), (two * three, one))
    if len(old) == 3 and len(new) == 4:
        steps, features = old[1:]
        return new[2] == steps and new[1] != steps and new[1] * new[3] == features
    return False


def exchanges_heads(whole: Shape, split: Shape, new: Shape) -> bool:
    """Whether heads that were ``split`` off the last axis of ``whole`` come before the steps by a reshape.

    They were split off by one just before, so that a step may be as long as a head: it is no picture cut anew.
    """
    if len(whole) != 3 or len(split) != 4 or len(new) != 4 or 1 in split or split[1] == split[2]:
        return False
    is_split = whole[:2] == split[:2] and whole[2] == split[2] * split[3]
    return is_split and new == (split[0], split[2], split[1], split[3])


def spreads_classes(old: Shape, new: Shape) -> bool:
    """Whether a second axis, of classes, is cut anew into rows of that length, which then hold neighbouring places.

    That of pictures is sure where rows of a picture are of another length; that of sequences where theirs is no
    multiple of it, as several labels a step may lie beside one another. Rows that hold exactly the axes behind the
    second are those axes joined, as the heads of attention are, and that as many samples stand before them is chance.
    """
    if len(old) not in (3, 4) or len(new) != 2 or new[1] != old[1] or new[1] < 2 or 1 in old[2:]:
        return False
    if math.prod(old[2:]) == old[1]:
        return False
    return old[3] != old[1] if len(old) == 4 else old[2] % old[1] != 0


def _reshaped(node: Node) -> tuple[Shape, Shape] | None:
    if operation(node) not in ("View", "UnsafeView", "ReshapeAlias"):
        return None
    try:
        old = tuple(node._saved_self_sym_sizes)  # type: ignore[attr-defined]
        new = tuple(node._input_metadata[0].shape)
    except (AttributeError, RuntimeError, IndexError):
        return None
    return old, new


def _on_the_way_in(call: ForwardCall, trace: LayerTrace) -> Iterator[Symptom]:
    """What the model is given, cut anew before the first layer is given it: no node of the graph tells of that.

    Of pictures with their colours last, a height as long as the colours are many is no doubt: colours are to be second.
    """
    first = trace.first_with_weights
    given = None if first is None else first.first_input
    if first is None or given is None:
        return
    for source in tensors_in(list(call.given)):
        old, new = tuple(source.shape), tuple(given.shape)
        is_picture = len(old) == len(new) == 4 and old[-1] in _COLOURS and new[1] == old[3] != old[1]
        if old == new or source.numel() != given.numel() or not (is_picture or exchanges_axes(old, new)):
            continue
        if torch.equal(source[0].to(given).flatten(), given[0].flatten()):
            yield _symptom(first.name, old, new)
            return


def _symptom(place: str, old: Sequence[int], new: Sequence[int]) -> Symptom:
    before, after = (" x ".join(map(str, shape)) for shape in (old, new))
    return Symptom(
        "model.reshaped_axes", place or INPUT, 1, 0,
        f"values of shape {before} are cut anew into {after}, in the order in which they lie: the axes look exchanged, "
        "and are not",
    )  # fmt: skip
