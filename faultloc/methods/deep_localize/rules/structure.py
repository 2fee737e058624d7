"""What is odd in how a model computes, seen in the graph of one step: axes, tiny batches, cut states."""

from collections.abc import Collection, Iterator, Sequence

from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.held_parameters import held_by
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of
from faultloc.methods.deep_localize.hooks.softmax import axis_of_softmax, softmax_axis
from faultloc.methods.deep_localize.rules.lost_gradient import unreached

_MOST_NODES = 4000
_FEWEST_VALUES, _FEWEST_CALLS, _FEWEST_WEIGHTS, _MOST_SCALINGS = 4, 3, 2, 6


def check_structure(loss: Tensor, trace: LayerTrace, predictions: Collection[Node]) -> Iterator[Symptom]:
    """Symptoms of the graph of ``loss``; the activations that give ``predictions`` are looked at elsewhere."""
    if loss.grad_fn is None:
        return
    reached = [node for node, _ in walk(loss.grad_fn, most=_MOST_NODES)]
    for node in reached:
        if node not in predictions:
            yield from _softmax(node, trace)
            yield from _attention_axis(node, trace)
    yield from _normalised_by_few(trace)
    if len(reached) < _MOST_NODES:
        yield from _cut_calls(trace, set(reached))


def check_reach(
    loss: Tensor, model: nn.Module, outputs: list[Tensor], trace: LayerTrace, optimizers: Sequence[Optimizer]
) -> list[Symptom]:
    """Doubts where the loss hangs on none of the model's parameters, or also on parameters that are not the model's.

    Either may be meant: the loss may be a second model's, which is trained by an optimizer of its own. Or the loss is
    not differentiable, and the model keeps layers in a plain list, and does not know them.
    """
    own = {id(parameter) for parameter in model.parameters() if parameter.requires_grad}
    if not own:
        return []
    nodes = [] if loss.grad_fn is None else [node for node, _ in walk(loss.grad_fn, most=_MOST_NODES)]
    leaves = [leaf for node in nodes if (leaf := getattr(node, "variable", None)) is not None]
    if len(nodes) >= _MOST_NODES:
        return []
    if not any(id(leaf) in own for leaf in leaves):
        return [unreached(loss, outputs, trace)]
    known = own | held_by(optimizers).keys()
    # What lies between the model's outputs and the loss is another network, a judge of what this one gives.
    behind = {id(leaf) for leaf in _leaves_behind(outputs)} if outputs else set(map(id, leaves))
    strangers = [
        leaf for leaf in leaves if isinstance(leaf, nn.Parameter) and id(leaf) in behind and id(leaf) not in known
    ]
    if not strangers:
        return []
    sentence = f"{len(strangers)} parameters take part that the model does not know, so that no optimizer moves them"
    return [Symptom("optimizer.unknown_parameters", OPTIMIZER, len(strangers), 0, sentence)]


def _leaves_behind(outputs: Sequence[Tensor]) -> Iterator[Tensor]:
    for output in outputs:
        for node, _ in walk(output.grad_fn, most=_MOST_NODES) if output.grad_fn is not None else ():
            leaf = getattr(node, "variable", None)
            if leaf is not None:
                yield leaf


def _softmax(node: Node, trace: LayerTrace) -> Iterator[Symptom]:
    """Weights of one element are all 1: where there is another axis to weigh, this is not the one that was meant.

    Attention with a single key is no fault, and its weights have four axes, or as many rows as there are heads.
    """
    axis, result = softmax_axis(node), saved(node, "result") if operation(node) == "Softmax" else None
    if axis is None or result is None or result.dim() != 3:
        return
    if result.shape[axis] == 1 and axis == 2 and result.shape[1] > 1:
        yield Symptom(
            "model.softmax_axis", trace.layer_around(node) or "model", 1, 2,
            f"a softmax of shape {' x '.join(map(str, result.shape))} runs over an axis of one element: all is 1",
        )  # fmt: skip


def _attention_axis(node: Node, trace: LayerTrace) -> Iterator[Symptom]:
    """Attention whose weights sum to 1 over the queries: those that weigh the values of one query do not.

    Known by two products of a batch's tables, scores of two outputs and weights times values, with the softmax between.
    """
    if operation(node) != "Bmm":
        return
    weights = _past_views(next(iter(children(node)), None))
    result = saved(weights, "result") if weights is not None and operation(weights) == "Softmax" else None
    if weights is None or result is None or result.dim() < 3 or min(result.shape[-2:]) < _FEWEST_WEIGHTS:
        return
    scores = past_shaping(next(iter(children(weights)), None))
    for _ in range(_MOST_SCALINGS):
        if scores is None or operation(scores) not in ("Div", "Mul", "MaskedFill", "Add"):
            break
        scores = past_shaping(next(iter(children(scores)), None))
    if scores is None or operation(scores) != "Bmm" or None in sides_of(scores):
        return
    if axis_of_softmax(weights) == result.dim() - 2:
        yield Symptom(
            "model.softmax_axis", trace.layer_around(weights) or "model", 1, 0,
            f"attention weights of shape {' x '.join(map(str, result.shape))} sum to 1 over the queries, and not over "
            "what each query weighs, the last axis",
            advice="take the softmax over the keys: (q @ k.transpose(-2, -1) / scale).softmax(dim=-1)",
        )  # fmt: skip


def _past_views(node: Node | None) -> Node | None:
    """``node`` before axes were put together or copied, none of which exchanges two."""
    while node is not None and operation(node) in ("View", "UnsafeView", "ReshapeAlias", "Expand", "Clone"):
        node = next(iter(children(node)), None)
    return node


def _normalised_by_few(trace: LayerTrace) -> Iterator[Symptom]:
    for call in trace.calls:
        given = call.first_input
        if not isinstance(call.layer, nn.modules.batchnorm._BatchNorm) or not call.layer.training or given is None:
            continue
        values = given.numel() // max(1, given.shape[1]) if given.dim() > 1 else given.numel()
        if values < _FEWEST_VALUES:
            yield Symptom(
                "model.few_values", call.name, values, _FEWEST_VALUES,
                f"batch normalisation takes mean and deviation of {values} values, which leaves little but their signs",
            )  # fmt: skip
            return


def _cut_calls(trace: LayerTrace, reached: set[Node]) -> Iterator[Symptom]:
    """Layers that are called again and again, of whose calls only the last has a part in the loss."""
    calls: dict[str, list[Node]] = {}
    for call in trace.calls:
        if call.node is not None:
            calls.setdefault(call.name, []).append(call.node)
    for name, nodes in calls.items():
        used = sum(node in reached for node in nodes)
        if len(nodes) >= _FEWEST_CALLS and used == 1 and nodes[-1] in reached:
            yield Symptom(
                "gradient.cut_state", name, len(nodes) - used, 0,
                f"of {len(nodes)} calls of this layer only the last gets a gradient: the state between them is cut off",
            )  # fmt: skip
            return
