"""Losses that compare what should not be compared: class numbers with scores, means with means, logarithms swapped."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_MOST_NODES, _FEWEST_CLASSES = 80, 3


def check_averaged(loss: Tensor, outputs: list[Tensor]) -> Iterator[Symptom]:
    """A loss that is the square, the size or the root of one number: the mean of what differs from sample to sample."""
    node = past_shaping(loss.grad_fn)
    if node is None or operation(node) not in ("Pow", "Abs", "Mul", "Sqrt"):
        return
    sides = {side for side, _ in node.next_functions}
    behind = past_shaping(next(iter(sides))) if len(sides) == 1 else None
    if behind is None or operation(behind) not in ("Mean", "Sum"):
        return
    apart = past_shaping(next(iter(children(behind)), None))
    if apart is None or operation(apart) != "Sub" or sum(side is None for side, _ in apart.next_functions) != 1:
        return
    own = next((output for output in outputs if output.dim() and len(output) > 1), None)
    if own is None or getattr(behind, "_saved_dim", None) is not None:
        return
    yield Symptom(
        "loss.of_means", LOSS, 1, own.numel(),
        f"the differences of {own.numel()} outputs from their targets are averaged first, where those of either sign "
        "cancel, and the loss is made of that one number: it does not say which sample should have which value",
    )  # fmt: skip


def check_comparison(term: LossTerm, outputs: list[Tensor]) -> Iterator[Symptom]:
    """A regression of many scores on one class number, and one that compares only averages over the batch."""
    if term.kind not in ("squared", "absolute"):
        return
    target, predicted = term.target, term.prediction
    if target is not None and target.dim() == 2 and predicted is not None and _are_class_numbers(target):
        yield Symptom(
            "loss.class_numbers", LOSS, target.shape[1], 1,
            f"each of {target.shape[1]} scores is compared with the number of the sample's class, from "
            f"{int(target.min())} to {int(target.max())}",
        )  # fmt: skip
    if term.is_whole_loss and predicted is not None and predicted.numel() == 1 and term.activation == "Mean":
        ours = [output for output in outputs if output.grad_fn is not None and output.dim() and len(output) > 1]
        behind = past_shaping(next(iter(children(term.source)), None)) if term.source is not None else None
        if any(past_shaping(output.grad_fn) is behind for output in ours):
            yield Symptom(
                "loss.of_means", LOSS, 1, ours[0].numel(),
                f"the mean of {ours[0].numel()} outputs is compared with one number: the loss does not say which "
                "sample should have which value",
            )  # fmt: skip


def _are_class_numbers(target: Tensor) -> bool:
    """Whether one column of whole numbers, each a class, was spread over as many columns as there are classes."""
    classes = target.shape[1]
    if classes < _FEWEST_CLASSES or target.stride(1) != 0 or target.stride(0) == 0 or len(target) < 2:
        return False
    column = target[:, 0].float()
    whole = bool((column == column.round()).all())
    return whole and bool(column.min() >= 0) and bool(column.max() < classes) and bool(column.max() > column.min())


def explains_nan(loss: Tensor) -> Iterator[Symptom]:
    """Arguments of a KLDivLoss that make it take the logarithm of a logarithm, where the loss is no number."""
    if loss.grad_fn is None:
        return
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES):
        name = operation(node)
        if name == "Xlogy" and _is_negative(saved(node, "self")):
            yield Symptom(
                "loss.swapped", LOSS, 1, 0,
                "KLDivLoss is given the logarithms of the model's probabilities second, where it takes the targets' "
                "probabilities, and takes their logarithm once more",
            )  # fmt: skip
            return
        sides = [side for side, _ in node.next_functions]
        is_divergence = name == "Sub" and len(sides) == 2 and sides[0] is None and sides[1] is not None
        product = sides[1] if is_divergence else None
        if product is not None and operation(product) == "Mul" and product.next_functions[0][0] is None:
            behind = past_shaping(next(iter(children(product)), None))
            is_logarithm = behind is not None and operation(behind) == "LogSoftmax"
            if is_logarithm and _is_negative(saved(product, "self")):
                yield Symptom(
                    "loss.log_target", LOSS, 1, 0,
                    "KLDivLoss is given logarithms as targets, and takes their logarithm once more",
                )  # fmt: skip
                return


def _is_negative(values: Tensor | None) -> bool:
    return values is not None and bool(values.numel()) and bool(torch.lt(values, 0).any())
