"""A model of several layers that all together is a single linear one, as no activation between them is any."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, walk
from faultloc.methods.deep_localize.hooks.batch_rows import mapped, sample_count
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, tensors_in
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_MOST_NODES, _MOST_PAIRS, _FEWEST_PAIRS = 1000, 8, 2
# Of what answers differ by: more than rounding makes, and far less than any bend.
_ROUNDING, _LEAST_CHANGE = 1e-4, 1e-5
_LINEAR = ("Addmm", "Mm", "Linear", "Convolution")
# Units that are all on one side of their bend are on the way to none, and no sign of a layer that is missing.
_BENT = (
    *("Relu", "LeakyRelu", "PreluKernel", "Elu", "Gelu", "Silu", "Mish", "Softplus", "Hardtanh", "Hardswish"),
    *("Sigmoid", "Tanh", "LogSigmoid", "Hardsigmoid", "Softmax", "LogSoftmax", "Sin", "Cos", "Exp", "Log"),
    *("Abs", "Pow", "ClampMin", "Clamp", "Max", "MaxPool2DWithIndices", "Where", "NativeLayerNorm", "NativeGroupNorm"),
)


def doubt_affine(
    model: nn.Module, call: ForwardCall, outputs: Sequence[Tensor], trace: LayerTrace
) -> Iterator[Symptom]:
    """A symptom where the model answers to the middle of two samples with the middle of its answers to them.

    One call in evaluation mode, of models that have one linear layer behind another, whatever lies between. It may be
    meant, as in a factorisation, and is a doubt where the model does not learn.
    """
    behind = _layer_behind_another(outputs)
    if behind is None:
        return
    module, count = plain_module(call.module), sample_count(call.given)
    tensors = list(tensors_in(list(call.given)))
    if module is None or count is None or not all(one.is_floating_point() for one in tensors):
        return
    pairs = min(count // 2, _MOST_PAIRS)
    if pairs < _FEWEST_PAIRS:
        return

    def with_middles(tensor: Tensor) -> Tensor:
        if tensor.dim() == 0 or len(tensor) != count:
            return tensor.detach()
        first, second = tensor.detach()[:pairs], tensor.detach()[pairs : 2 * pairs]
        return torch.cat([first, second, (first + second) / 2])

    run = run_again(model, module, mapped(call.given, with_middles))
    if run is not None and run.outputs and all(_is_affine(one, pairs) for one in run.outputs):
        yield Symptom(
            "model.no_activation", trace.name_of(behind) or "model", 0, _ROUNDING,
            "a linear layer lies before this one and nothing bends what passes between: to the middle of two samples "
            f"the model gives the middle of its two answers, in each of {pairs} pairs",
        )  # fmt: skip


def bends(node: Node) -> bool:
    """Whether an activation, or another operation that bends, lies between ``node`` and what it was computed from."""
    return any(operation(one) in _BENT for one, _ in walk(node, most=_MOST_NODES))


def is_wide(trace: LayerTrace) -> bool:
    """Whether the layers with tables of weights are linear ones in a row, of samples of one axis, none of them narrow.

    Together they can say what the smaller of the two ends lets a single one say, and no less: then they are no
    factorisation, for which a layer between is made narrow.
    """
    lengths: list[tuple[int, int]] = []
    for call in trace.calls:
        weight = getattr(call.layer, "weight", None)
        if weight is None or weight.dim() < 2:
            continue
        is_plain = isinstance(call.layer, nn.Linear) and call.first_input is not None and call.first_input.dim() == 2
        if not is_plain or (lengths and lengths[-1][1] != weight.shape[1]):
            return False
        lengths.append((weight.shape[1], len(weight)))
    return len(lengths) > 1 and min(out for _, out in lengths[:-1]) >= min(lengths[0][0], lengths[-1][1])


def _is_affine(answers: Tensor, pairs: int) -> bool:
    if len(answers) != 3 * pairs or not answers.is_floating_point():
        return False
    first, second, middle = answers.double().split(pairs)
    apart = float((first - second).abs().max())
    if not apart > _LEAST_CHANGE * float(answers.abs().max()):
        return False  # rounding would hide a bend
    return float((middle - (first + second) / 2).abs().max()) <= _ROUNDING * apart


def _layer_behind_another(outputs: Sequence[Tensor]) -> Node | None:
    """The linear operation that the data passes second; None if there are fewer, or one that bends among them."""
    nodes: dict[Node, None] = {}
    for output in outputs:
        if output.grad_fn is not None:
            nodes |= dict.fromkeys(node for node, _ in walk(output.grad_fn, most=_MOST_NODES))
    if len(nodes) >= _MOST_NODES or any(operation(node) in _BENT for node in nodes):
        return None
    linear = [node for node in nodes if operation(node) in _LINEAR]
    before = {
        node: {one for child in children(node) for one, _ in walk(child, most=_MOST_NODES)} & set(linear) - {node}
        for node in linear
    }
    return min((node for node in linear if before[node]), key=lambda node: len(before[node]), default=None)
