"""The contract between a model's last activation, its loss and its targets: what can be seen at the first step.

Source: the mismatches of loss and activation in the programs of Wardat, Le and Rajan 2021 (DeepLocalize) and in
UMLAUT's and DeepDiagnosis' rules.
Differs: nothing has to be declared; loss, predictions and targets are read from the autograd graph.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.hooks.softmax import is_one_score, softmax_axis
from faultloc.methods.deep_localize.rules.every_pair import is_square_of

# Rows of probabilities sum to 1 up to rounding, in half precision to about 1e-2.
_ROW_SUM = 0.02
# This share of the targets has to lie out of reach before an activation is called wrong: one odd target is noise.
_UNREACHABLE = 0.05
_SLACK = 1e-3
_FEWEST_SAMPLES = 2
_ELEMENTWISE = {"Sigmoid", "Tanh", "Relu", "Exp", "Softplus"}
_NO_LOGARITHM = {
    "Softmax": "the probabilities themselves, from a Softmax",
    "Sigmoid": "the output of a Sigmoid",
    **dict.fromkeys(("Addmm", "Linear", "Convolution", "Bmm", "Mm"), "raw outputs"),
}
_REACH = {"Sigmoid": (0.0, 1.0), "Softmax": (0.0, 1.0), "Tanh": (-1.0, 1.0), "Relu": (0.0, float("inf"))}


def check_term(term: LossTerm, place: str, target: Tensor | None, *, is_of_loss: bool = False) -> Iterator[Symptom]:
    """What is wrong between the activation before ``term``, its loss and ``target``; ``place`` is the last layer.

    ``is_of_loss``: the activation is put on what the model gave, on the way into the loss.
    """
    yield from _softmax(term, place)
    if term.kind == "cross_entropy":
        yield from _distributions(term, target)
        yield from _logits(
            term, place, "CrossEntropyLoss", {"Softmax": "loss.double_softmax", "Sigmoid": "loss.activation"}
        )
    elif term.kind == "bce_logits":
        yield from _logits(
            term, place, "BCEWithLogitsLoss", {"Sigmoid": "loss.double_sigmoid", "Softmax": "loss.double_sigmoid"}
        )
    elif term.kind == "nll":
        yield from _log_probabilities(term, place)
    elif term.kind == "categorical":
        yield from _probabilities(term, place, target)
    elif term.kind in ("divergence", "divergence_swapped"):
        yield from _divergence(term, place, is_of_loss=is_of_loss)
    if term.kind in ("bce", "bce_logits") and target is not None:
        yield from _labels_in_unit_range(target, term)
    if term.kind == "bce":
        yield from _unit_range(term, place)
    if term.kind in ("squared", "absolute") and target is not None:
        yield from _reachable(term, place, target)


def check_value(
    term: LossTerm, value: float | int, outputs: list[Tensor], optimizers: Sequence[Optimizer]
) -> Iterator[Symptom]:
    """A loss that cannot be negative and is.

    Weights that differ from sample to sample may be returns or advantages, and what is said of another model's answers
    may well be made large, as in a GAN: neither is a fault.
    """
    if not term.is_whole_loss or value >= -1e-6 or term.kind == "nll" or term.kind.startswith("divergence"):
        return
    if not term.counting.is_known or term.weight is not None or not any(_is_from(term, output) for output in outputs):
        return
    if any(group.get("maximize") for one in optimizers for group in one.param_groups):
        return
    if term.counting.sign < 0 and term.prediction is not None and len(term.prediction) < _FEWEST_SAMPLES:
        return  # of one sample, an advantage is a number like any other
    sentence = f"the loss is {value:.4g}, and a loss of this kind cannot be negative"
    yield Symptom("loss.negative", LOSS, value, 0, sentence)


def check_shapes(term: LossTerm, outputs: list[Tensor]) -> Iterator[Symptom]:
    """Outputs and targets whose shapes differ, so that every prediction is compared with every target."""
    ours = next((output for output in outputs if output.grad_fn is not None and _is_from(term, output)), None)
    compared = _compared_shape(term)
    if ours is None and compared is not None and is_square_of(compared, compared[0] if compared else 0):
        yield from _both_widened(term, compared)
    if ours is None or ours.dim() == 0 or compared is None or compared.numel() <= ours.numel():
        return
    if term.difference is not None and is_square_of(compared, ours.numel()):
        return  # written by hand, pairs may be meant: what becomes of them tells
    yield Symptom(
        "loss.broadcast", LOSS, compared.numel(), ours.numel(),
        f"{ours.numel()} outputs of shape {_shape(ours.shape)} are compared at {compared.numel()} places of shape "
        f"{_shape(compared)}: the targets have another shape",
    )  # fmt: skip


def _both_widened(term: LossTerm, compared: torch.Size) -> Iterator[Symptom]:
    """A square that the loss itself makes of N predictions, along one axis, and N targets, along the other."""
    widened = [
        None if values is None else [axis for axis in range(values.dim()) if values.stride(axis) == 0]
        for values in (term.prediction, term.target)
    ]
    if widened in ([[0], [1]], [[1], [0]]):
        yield Symptom(
            "loss.broadcast", LOSS, compared.numel(), compared[0],
            f"{compared[0]} predictions and {compared[0]} targets are compared at {compared.numel()} places of shape "
            f"{_shape(compared)}: one of them has an axis of length 1 more",
        )  # fmt: skip


def _compared_shape(term: LossTerm) -> torch.Size | None:
    """The shape in which predictions and targets are compared; None for losses that take labels."""
    if term.difference is not None:
        return term.difference.shape
    if term.kind in ("squared", "absolute", "bce_logits") and term.prediction is not None:
        return term.prediction.shape
    known = getattr(term.node, "_input_metadata", None)
    is_product = term.node is not None and operation(term.node) in ("Mul", "Sub")
    return torch.Size(known[0].shape) if is_product and known else None


def _is_from(term: LossTerm, output: Tensor) -> bool:
    """Whether the term compares this output itself: nothing but shaping and clipping lies between."""
    if term.source is None or output.grad_fn is None:
        return False
    made = (past_shaping(output.grad_fn, clipping=False), past_shaping(output.grad_fn))
    # An activation may be the loss's own.
    before = past_shaping(next(iter(children(term.source)), None)) if term.activation in _ELEMENTWISE else None
    return term.source in made or (before is not None and before in made)


def _softmax(term: LossTerm, place: str) -> Iterator[Symptom]:
    axis = softmax_axis(term.source)
    result = None if term.source is None else saved(term.source, "result")
    if axis == 0 and result is not None and is_one_score(result):
        return  # candidates may be ranked so
    if axis == 0 or term.runs_over_samples:
        yield Symptom(
            "output.softmax_axis", place, 0, 1, "the softmax runs over the samples of the batch, not the classes"
        )
    elif _is_over_one_class(term) or (axis is not None and result is not None and result.shape[axis] == 1):
        yield Symptom(
            "output.one_unit_softmax", place, 1, 2, "a softmax over one unit gives 1 for every input, and no gradient"
        )


def _is_over_one_class(term: LossTerm) -> bool:
    """Whether CrossEntropyLoss, whose softmax is its own, is given one score a sample."""
    predicted = term.prediction
    return term.kind == "cross_entropy" and predicted is not None and predicted.dim() > 1 and predicted.shape[1] == 1


def _logits(term: LossTerm, place: str, loss: str, wrong: dict[str, str]) -> Iterator[Symptom]:
    rule = wrong.get(term.activation)
    if rule is None and term.activation == "Relu":
        rule = "loss.activation"
    if rule is not None:
        yield Symptom(rule, place, 1, 0, f"{loss} is given the output of a {term.activation}, and takes raw outputs")


def _distributions(term: LossTerm, target: Tensor | None) -> Iterator[Symptom]:
    """Targets that are distributions over the samples of the batch, and none over the classes."""
    predicted = term.prediction
    if predicted is None or target is None or term.class_axis not in (None, 1) or not target.is_floating_point():
        return
    if target.dim() != 2 or target.shape != predicted.shape or min(target.shape) < _FEWEST_SAMPLES:
        return
    if bool((target < 0).any()) or float(target.float().sum(0).sub(1).abs().max()) > _SLACK:
        return
    off = float(target.float().sum(1).sub(1).abs().median())
    if off > _ROW_SUM:
        yield Symptom(
            "labels.softmax_axis", LABELS, off, _ROW_SUM,
            f"the targets' columns sum to 1 and their rows miss it by {off:.3g}: they are distributions over the "
            f"{len(target)} samples of the batch, and not over the {target.shape[1]} classes",
        )  # fmt: skip


def _log_probabilities(term: LossTerm, place: str) -> Iterator[Symptom]:
    if term.prediction is None or term.prediction.dim() < 2:
        return
    total = float(term.prediction.float().exp().sum(1).sub(1).abs().median())
    if not total <= _ROW_SUM:
        yield Symptom(
            "loss.no_log_softmax", place, total, _ROW_SUM,
            f"NLLLoss takes logarithms of probabilities, and what it is given misses a sum of 1 by {total:.3g}",
        )  # fmt: skip


def _divergence(term: LossTerm, place: str, *, is_of_loss: bool) -> Iterator[Symptom]:
    """Of a KLDivLoss: first the logarithms of the model's probabilities, then the targets' probabilities."""
    if term.kind == "divergence_swapped":
        yield Symptom(
            "loss.swapped", LOSS, 1, 0,
            "KLDivLoss is given the targets first, as probabilities, and the model's output second; it takes the "
            "logarithms of the model's probabilities first",
        )  # fmt: skip
    elif term.activation in _NO_LOGARITHM:
        yield Symptom(
            "loss.no_logarithm", LOSS if is_of_loss else place, 1, 0,
            f"KLDivLoss takes logarithms of probabilities, and is given {_NO_LOGARITHM[term.activation]}",
            phase="loss" if is_of_loss else None,
        )  # fmt: skip


def _probabilities(term: LossTerm, place: str, target: Tensor | None) -> Iterator[Symptom]:
    """Of a cross-entropy written by hand: each row of its predictions sums to 1, if each row of the targets does."""
    predicted = term.prediction
    if predicted is None or predicted.dim() != 2 or predicted.shape[1] < 2:
        return
    if target is None:
        return
    is_of_labels = not target.is_floating_point() and target.shape == predicted.shape[:1]
    if not is_of_labels and target.shape != predicted.shape:
        return
    if not is_of_labels and float(target.float().sum(1).sub(1).abs().max()) > _SLACK:
        return  # several labels a sample, or weights: no distribution over classes is claimed
    off = float(predicted.float().sum(1).sub(1).abs().median())
    if not off <= _ROW_SUM:
        yield Symptom(
            "loss.no_probabilities", place, off, _ROW_SUM,
            f"a cross-entropy over classes is given rows that miss a sum of 1 by {off:.3g}"
            + (f"; they come from a {term.activation}" if term.activation in _REACH else ""),
        )  # fmt: skip


def _unit_range(term: LossTerm, place: str) -> Iterator[Symptom]:
    """Of a binary cross-entropy written by hand, whose clipping hides what it is given."""
    if term.prediction is None or not term.prediction.numel():
        return
    out = float(((term.prediction < -_SLACK) | (term.prediction > 1 + _SLACK)).float().mean())
    if out >= _UNREACHABLE or term.activation == "Relu":
        by = f" by a {term.activation}" if term.activation in _REACH else ""
        yield Symptom(
            "loss.no_probability", place, out, _UNREACHABLE,
            f"a binary cross-entropy takes probabilities, and {out:.0%} of what is given{by} lies outside [0, 1]",
        )  # fmt: skip


def _labels_in_unit_range(target: Tensor, term: LossTerm) -> Iterator[Symptom]:
    least, most = (float(value) for value in torch.aminmax(target.float()))
    if least < -_SLACK or most > 1 + _SLACK:
        yield Symptom(
            "labels.range", LABELS, most if most > 1 else least, 1,
            f"a binary cross-entropy takes targets in [0, 1], and these run from {least:.4g} to {most:.4g}",
        )  # fmt: skip


def _reachable(term: LossTerm, place: str, target: Tensor) -> Iterator[Symptom]:
    if term.activation not in _REACH or not target.numel():
        return
    low, high = _REACH[term.activation]
    values = target.float()
    out = float(((values < low - _SLACK) | (values > high + _SLACK)).float().mean())
    least, most = (float(value) for value in torch.aminmax(values))
    if out >= _UNREACHABLE:
        yield Symptom(
            "output.range", place, out, _UNREACHABLE,
            f"a {term.activation} gives {low:g} to {high:g}, and {out:.0%} of the targets lie outside: they run from "
            f"{least:.4g} to {most:.4g}",
        )  # fmt: skip
    elif term.activation == "Softmax" and values.dim() == 2 and values.shape[1] > 1:
        off = float(values.sum(1).sub(1).abs().gt(_ROW_SUM).float().mean())
        if off >= _UNREACHABLE:
            yield Symptom(
                "output.range", place, off, _UNREACHABLE,
                f"a softmax gives rows that sum to 1, and {off:.0%} of the target rows do not",
            )  # fmt: skip


def _shape(shape: torch.Size) -> str:
    return " x ".join(str(length) for length in shape)
