"""Mixtures whose weights sum to 1 over another axis than that over which their parts are added up."""

from collections.abc import Iterator

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, saved, shape_of, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.softmax import softmax_axis

_MOST_NODES = 2000


def check_mixture_axis(loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """A symptom where ``logsumexp(log_softmax(w, one axis) + parts, another axis)`` lies behind the loss.

    Weights and sum have one shape: transitions between states, which sum to 1 over the next state and are added up over
    the one before, are widened to it.
    """
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        axis = _summed_axis(node)
        total = next(iter(children(node)), None)
        if axis is None or total is None or operation(total) not in ("Add", "Sub"):
            continue
        shape = shape_of(total)
        for weights in _added(total):
            own = softmax_axis(weights)
            result = saved(weights, "result")
            if own is None or result is None or tuple(result.shape) != shape or own % len(shape) == axis % len(shape):
                continue
            yield Symptom(
                "loss.mixture_axis", trace.name_of(weights) or "loss", own % len(shape), axis % len(shape),
                f"a mixture's weights sum to 1 over axis {own % len(shape)} of {' x '.join(map(str, shape))}, and its "
                f"parts are added up over axis {axis % len(shape)}: there they are no shares of one whole",
            )  # fmt: skip
            return


def _summed_axis(node: Node) -> int | None:
    if operation(node) != "Logsumexp":
        return None
    axes = getattr(node, "_saved_dim", None)
    axes = list(axes) if isinstance(axes, list | tuple) else [axes]
    if len(axes) != 1 or not isinstance(axes[0], int):
        return None
    return axes[0] - (1 << 64) if axes[0] >= 1 << 63 else axes[0]


def _added(node: Node) -> Iterator[Node]:
    """What is added up in ``node``, in sums of sums too."""
    for child in children(node):
        if operation(child) in ("Add", "Sub"):
            yield from _added(child)
        else:
            yield child
