"""A divergence that is summed over the batch or over its values, beside an error that is averaged over all."""

from collections.abc import Iterator, Sequence

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, walk
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.hooks.loss_weights import counting

_FEWEST, _TIMES, _UNWEIGHED = 8, 100, 0.4
_DOUBTFUL_TIMES = 10
_MOST_NODES, _MEAN = 30, 1
_MADE_OF = ("Exp", "Log", "Softplus")


def check_summed_divergence(
    loss: Tensor, nodes: Sequence[Node], term: LossTerm | None, outputs: Sequence[Tensor]
) -> Iterator[Symptom]:
    """A symptom where each value of a Gaussian's divergence counts a hundred times what each reconstructed value does.

    ``nodes`` are those between ``loss`` and ``outputs``, ``term`` its one comparison with targets. A factor before the
    sum, as of a warm-up or of one over the batch's size, may be meant; a sum with none beside a mean is not: what the
    two weigh then hangs on how many samples a batch has.
    """
    each = None if term is None or term.node is None else _weight_of_each(loss, term)
    if each is None or term is None:
        return
    counts = {len(output) for output in outputs if output.dim() > 1 and output.grad_fn is not None}
    for node in nodes:
        summed = _summed(node)
        if len(summed) < 2 or summed[0] not in counts or summed[0] < _FEWEST or not _is_divergence(node, term):
            continue
        known = counting(loss, node)
        if not known.is_known or known.weight is not None or known.scale < _UNWEIGHED:
            continue
        times = known.scale / each
        if times >= _TIMES:
            yield Symptom(
                "loss.mixed_reductions", LOSS, times, _TIMES,
                f"the divergence is summed over all {summed[0]} samples of the batch and the reconstruction's error is "
                f"averaged: a value of the one counts {times:,.0f} times as much as a value of the other",
            )  # fmt: skip
            return


def doubt_summed_divergence(
    loss: Tensor, nodes: Sequence[Node], term: LossTerm | None, outputs: Sequence[Tensor]
) -> Iterator[Symptom]:
    """A symptom where a divergence is added up over a sample's values alone, with no factor, beside a mean over all.

    How many samples a batch has is no matter then, but the error is divided by the number of values as well. That is a
    fault where nothing is reconstructed: to hold the divergence down pays more than anything that it could tell.
    """
    each = None if term is None or term.node is None else _weight_of_each(loss, term)
    if each is None or term is None:
        return
    counts = {len(output) for output in outputs if output.dim() > 1 and output.grad_fn is not None}
    for node in nodes:
        samples = _samples(node)
        if samples not in counts or samples < 2 or not _is_divergence(node, term):
            continue
        known = counting(loss, node)
        is_plain = known.is_known and known.weight is None and known.scale * samples >= _UNWEIGHED
        if is_plain and known.scale / each >= _DOUBTFUL_TIMES:
            times = known.scale / each
            yield Symptom(
                "loss.mixed_reductions", LOSS, times, _DOUBTFUL_TIMES,
                "the divergence is summed over each sample's values and the reconstruction's error is averaged: a "
                f"value of the one counts {times:,.0f} times as much as one of the other, and the model reconstructs "
                "no better than one answer to all would",
            )  # fmt: skip
            return


def _samples(node: Node) -> int:
    """For how many samples ``node`` adds up the values of each, or of all; 0 where it adds up nothing of the kind."""
    if operation(node) != "Sum":
        return 0
    child, index = node.next_functions[0]
    whole, left = () if child is None else _lengths(child, index), _lengths(node, 0)
    return whole[0] if len(whole) > 1 and (not left or left in (whole[:1], (whole[0], 1))) else 0


def _weight_of_each(loss: Tensor, term: LossTerm) -> float | None:
    """How much each compared value counts, of a mean over all of them; None for what is no such mean."""
    node = term.node
    assert node is not None
    compared = term.prediction if term.prediction is not None else term.difference
    known = counting(loss, node)
    if compared is None or not known.is_known or known.weight is not None or not known.scale:
        return None
    reduction = getattr(node, "_saved_reduction", None)
    if reduction is not None:
        return known.scale / compared.numel() if reduction == _MEAN else None
    # Written by hand, each value has a place of its own in the graph.
    is_mean = known.scale * compared.numel() <= 1 / _UNWEIGHED
    return known.scale if is_mean else None


def _summed(node: Node) -> tuple[int, ...]:
    """The shape of what ``node`` adds up to one number; empty where it does no such thing."""
    if operation(node) != "Sum" or _lengths(node, 0):
        return ()
    child, index = node.next_functions[0]
    return () if child is None else _lengths(child, index)


def _lengths(node: Node, index: int) -> tuple[int, ...]:
    known = getattr(node, "_input_metadata", None)
    return tuple(known[index].shape) if known and index < len(known) else ()


def _is_divergence(node: Node, term: LossTerm) -> bool:
    """Whether a square and an exponential or a logarithm are added up, and no comparison with targets among them."""
    near = [one for one, _ in walk(node, most=_MOST_NODES)]
    names = {operation(one) for one in near}
    has_square = "Pow" in names or any(operation(one) == "Mul" and len(set(children(one))) == 1 for one in near)
    return has_square and bool(names & set(_MADE_OF)) and term.node not in near and "Sub" in names
