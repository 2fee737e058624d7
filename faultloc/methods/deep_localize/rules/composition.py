"""Layers where they harm: dropout as the last step, a softmax between layers, one layer in many places or in none.

Only the first is a fault whatever comes of it. The others may be meant, and are doubts where the model does not learn.
"""

from collections.abc import Collection, Iterator

from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerCall, LayerTrace
from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms

_MOST_NODES = 4000
_LEAST_DROPOUT = 0.1
_LINEAR = ("Addmm", "Linear")


def check_output_dropout(loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """Dropout whose output a loss compares as it is: at random it is given 0 in place of an answer."""
    predictions = {term.source for term in loss_terms(loss, ()) if term.source is not None}
    for call in trace.calls:
        layer = call.layer
        is_last = isinstance(layer, nn.Dropout) and layer.training and past_shaping(call.node) in predictions
        if is_last and call.node is not None and layer.p >= _LEAST_DROPOUT:  # type: ignore[operator]
            yield Symptom(
                "model.output_dropout", call.name, layer.p, 0,  # type: ignore[arg-type]
                f"the loss is given outputs of which dropout has set {layer.p:.0%} to 0 at random",
            )  # fmt: skip
            return


def doubt_composition(model: nn.Module, loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """What would explain that a model does not learn."""
    nodes = [node for node, _ in walk(loss.grad_fn, most=_MOST_NODES)] if loss.grad_fn is not None else []
    yield from _hidden_softmax(nodes, trace)
    yield from _shared_layers(model)
    if nodes and len(nodes) < _MOST_NODES:
        yield from _skipped_layer(set(nodes), trace)
        yield from _uncalled_layer(model, nodes, trace)


def _hidden_softmax(nodes: list[Node], trace: LayerTrace) -> Iterator[Symptom]:
    """A softmax over features whose result is what the next linear layer is given: no weights of anything."""
    for node in reversed(nodes):  # the one that the data passes first
        if operation(node) not in _LINEAR:
            continue
        for behind in map(past_shaping, children(node)):
            result = saved(behind, "result") if behind is not None and operation(behind) == "Softmax" else None
            if behind is not None and result is not None and result.dim() == 2 and result.shape[1] > 2:
                yield Symptom(
                    "model.hidden_softmax", trace.name_of(behind) or "model", result.shape[1], 0,
                    f"{result.shape[1]} hidden values go through a softmax, which leaves each about "
                    f"{1 / result.shape[1]:.2g}, before the next layer",
                )  # fmt: skip
                return


def _shared_layers(model: nn.Module) -> Iterator[Symptom]:
    """One layer with weights that a container holds several times: ``[layer] * 4`` makes no copies."""
    for name, module in model.named_modules():
        if not isinstance(module, nn.Sequential | nn.ModuleList):
            continue
        held = list(module._modules.values())
        for position, layer in enumerate(held):
            count = sum(other is layer for other in held)
            if layer is not None and count > 1 and any(True for _ in layer.parameters()):
                place = f"{name}.{position}" if name else str(position)
                yield Symptom(
                    "model.shared_layer",
                    place,
                    count,
                    1,
                    f"{count} layers of {name or 'the model'} are one and the same",
                )
                return


def _skipped_layer(reached: Collection[Node], trace: LayerTrace) -> Iterator[Symptom]:
    """A layer whose output goes nowhere, while a later one is given what it was given, and would fit behind it."""
    for at, call in enumerate(trace.calls):
        weight = getattr(call.layer, "weight", None)
        if call.node is None or call.node in reached or not isinstance(weight, nn.Parameter) or weight.dim() < 2:
            continue
        for later in trace.calls[at + 1 :]:
            if later.node in reached and _is_given_the_same(call, later):
                yield Symptom(
                    "model.skipped_layer", call.name, 0, 1,
                    f"nothing uses the output of this layer: {later.name!r}, which would fit behind it, is given the "
                    "same input as it",
                )  # fmt: skip
                return


def _uncalled_layer(model: nn.Module, nodes: Collection[Node], trace: LayerTrace) -> Iterator[Symptom]:
    """A layer that is never called, and fits before one that is: it takes as many values as it gives."""
    called = {call.layer for call in trace.calls}
    used = {id(leaf) for node in nodes if (leaf := getattr(node, "variable", None)) is not None}
    for name, layer in model.named_modules():
        weight = getattr(layer, "weight", None)
        if layer in called or not isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d) or weight is None:
            continue
        if id(weight) in used or not weight.requires_grad or len(weight) != weight.shape[1]:
            continue
        behind = [call for call in trace.calls if type(call.layer) is type(layer)]
        fitting = next((one for one in behind if one.layer.weight.shape[1] == len(weight)), None)  # type: ignore[index]
        if fitting is not None:
            yield Symptom(
                "model.skipped_layer", name, 0, 1,
                f"this layer is never called: {fitting.name!r}, before which it would fit, is given what comes before",
            )  # fmt: skip
            return


def _is_given_the_same(call: LayerCall, later: LayerCall) -> bool:
    ours, theirs = call.first_input, later.first_input
    weight, behind = getattr(call.layer, "weight", None), getattr(later.layer, "weight", None)
    if ours is None or theirs is None or weight is None or behind is None or behind.dim() < 2:
        return False
    is_same = ours.data_ptr() == theirs.data_ptr() and ours.shape == theirs.shape
    return is_same and type(call.layer) is type(later.layer) and len(weight) == behind.shape[1]
