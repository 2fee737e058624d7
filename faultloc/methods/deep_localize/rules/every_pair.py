"""Losses in which each sample's answer meets the targets of all samples, as two shapes are broadcast to a square."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, shape_of
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side

_FEWEST = 8
_MEETS = ("Sub", "Mul")
# What treats every pair like any other. A mask, a minimum over pairs or a table of weights tells them apart.
_ALIKE = {
    *("Mean", "Sum", "Add", "Sub", "Rsub", "Neg", "Mul", "Div", "Pow", "Abs", "Sqrt", "Exp", "Log", "Log1P", "Expm1"),
    *("Maximum", "Minimum", "Relu", "LeakyRelu", "Clamp", "ClampMin", "ClampMax", "Softplus", "LogSigmoid", "Cosh"),
    *(
        "Tanh",
        "Sigmoid",
        "Stack",
        "Cat",
        "View",
        "UnsafeView",
        "ReshapeAlias",
        "Squeeze",
        "Unsqueeze",
        "ToCopy",
        "Clone",
        "Alias",
    ),
}
_DISTANCES = ("Cdist", "Pdist", "EuclideanDist", "Mm")


def check_every_pair(loss: Tensor, nodes: Sequence[Node], outputs: Sequence[Tensor]) -> Iterator[Symptom]:
    """A symptom where N answers meet N constants in N x N places, each of which counts like any other.

    ``nodes`` are those between ``loss`` and ``outputs``. All answers then have the same goal, whatever the loss is made
    of, and the best that the model can say is one number. Distances between two sets are no such loss, as answers are
    compared with one another in them, too.
    """
    counts = {len(output) for output in outputs if output.dim() > 0 and output.grad_fn is not None}
    squares = [node for node in nodes if _is_square(node, counts)]
    if any(_compares_answers(node) for node in nodes if node in squares or operation(node) == "Pdist"):
        return
    for node in squares:
        shapes = _met(node)
        if shapes is None or not _counts_alike(loss, nodes, node):
            continue
        given, count = shapes
        other = (count,) if len(given) > 1 else (count, 1)
        yield Symptom(
            "loss.broadcast", LOSS, count * count, count,
            f"{count} outputs of shape {_shape(given)} meet targets of shape {_shape(other)} at {count * count} places "
            f"of shape {count} x {count}: every output is compared with every sample's target",
        )  # fmt: skip
        return


def _met(node: Node) -> tuple[tuple[int, ...], int] | None:
    """The shape of the answers, and their number, of a square that one side with a history and a constant give."""
    if operation(node) not in _MEETS or len(node.next_functions) != 2 or len(children(node)) != 1:
        return None
    side, index = next(pair for pair in node.next_functions if pair[0] is not None)
    if side is not None and operation(side) == "Expand":  # as losses of torch do first
        side, index = side.next_functions[0]
    given, count = shape_of(side, index), shape_of(node, 0)[0]
    if side is None or given not in ((count, 1), (count,)):
        return None
    if operation(node) == "Mul":
        factor = constant_side(node)
        if factor is None or tuple(factor.shape) != ((count,) if len(given) > 1 else (count, 1)):
            return None
    return given, count


def is_square_of(shape: Sequence[int], count: int) -> bool:
    """Whether ``shape`` is the square in which ``count`` answers meet as many constants, enough of them to be sure."""
    return tuple(shape) == (count, count) and count >= _FEWEST


def _is_square(node: Node, counts: set[int]) -> bool:
    shape = shape_of(node, 0)
    return len(shape) == 2 and shape[0] in counts and is_square_of(shape, shape[0])


def _compares_answers(node: Node) -> bool:
    """Whether both sides come from the model, and are widened to the square."""
    shapes = [shape_of(child, index) for child, index in node.next_functions]
    if operation(node) in _DISTANCES:
        return True
    return operation(node) == "Sub" and len(children(node)) > 1 and any(shape != shape_of(node, 0) for shape in shapes)


def _counts_alike(loss: Tensor, nodes: Sequence[Node], square: Node) -> bool:
    """Whether all between a square and the loss treats its places alike."""
    leads, inside = {square}, set(nodes)
    while more := {node for node in inside - leads if any(child in leads for child in children(node))}:
        leads |= more
    if loss.grad_fn not in leads:
        return False
    return all(operation(node) in _ALIKE and _factor_is_even(node) for node in leads - {square})


def _factor_is_even(node: Node) -> bool:
    """Whether a product is with one number, or with a square of the same answers."""
    if operation(node) not in ("Mul", "Div"):
        return True
    if len(children(node)) > 1:
        return all(shape_of(child, index) == shape_of(node, 0) for child, index in node.next_functions)
    if len(node.next_functions) < 2:
        return True
    factor = constant_side(node)
    return factor is None or factor.numel() == 1 or bool(torch.eq(factor, factor.flatten()[0]).all())


def _shape(lengths: tuple[int, ...]) -> str:
    return " x ".join(map(str, lengths)) if len(lengths) > 1 else f"({lengths[0]},)"
