"""A traced network made ready for walking: what runs at each node, and how relevance gets back through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from faultloc.errors import ModelError
from faultloc.probes.relevance.attention import is_weighting
from faultloc.probes.relevance.call import Back, Call
from faultloc.probes.relevance.in_place import is_written_in_place, without_writing
from faultloc.probes.relevance.operations import handler_of_function, handler_of_method, handler_of_module
from faultloc.probes.relevance.rules.rule import Rule
from faultloc.probes.relevance.sharing import Handler, pass_on
from faultloc.probes.relevance.tracing import TracedNetwork
from faultloc.probes.relevance.weighted import Weighted, share_by_rule, weighted_function, weighted_layer


@dataclass(frozen=True)
class Step:
    """A node of the graph: ``depends`` on the sample at all, ``carries`` relevance back to it.

    ``done_with`` are the nodes whose values nothing needs afterwards.
    """

    node: fx.Node
    run: Callable[..., object]
    handler: Handler
    depends: bool
    carries: bool
    done_with: Sequence[fx.Node]


@dataclass(frozen=True)
class Plan:
    """The steps from ``entry`` to the node ``logits``; ``constants`` are the values that no sample changes."""

    traced: TracedNetwork
    entry: fx.Node
    logits: fx.Node
    steps: Sequence[Step]
    constants: Mapping[fx.Node, object]
    drops_a_softmax: bool


def make_plan(traced: TracedNetwork) -> Plan:
    """The plan for ``traced``, batch normalisations folded into the layers with weights before them.

    A softmax at the network's end is left out: relevance starts at the logits.

    Raises:
        ModelError: the network does not return one tensor, or normalises by the batch.
    """
    entry = next(node for node in traced.graph.nodes if node.op == "placeholder")
    returned = _returned(traced)
    logits = returned
    while is_weighting(traced.network, logits):
        logits = logits.all_input_nodes[0]
    last_use = {used: node for node in traced.graph.nodes for used in node.all_input_nodes}
    layers = _layers_with_weights(traced)
    depends, carries = {entry: True}, {entry: True}
    constants: dict[fx.Node, object] = {}
    steps = []
    for node in traced.graph.nodes:
        if node is entry:
            continue
        if node.op == "get_attr":
            constants[node] = traced.constant(str(node.target))
        elif node.op == "placeholder":
            constants[node] = node.args[0] if node.args else None
        depends[node] = any(depends[used] for used in node.all_input_nodes)
        weighs = is_weighting(traced.network, node)
        carries[node] = not weighs and any(carries[used] for used in node.all_input_nodes)
        if node.op.startswith("call_"):
            run, handler = _operation(traced, node, layers)
            done_with = [used for used in node.all_input_nodes if last_use[used] is node and used not in constants]
            steps.append(Step(node, run, handler, depends[node], carries[node], done_with))
        if node is logits:
            break
    return Plan(traced, entry, logits, steps, constants, logits is not returned)


def _returned(traced: TracedNetwork) -> fx.Node:
    returned = next(node for node in traced.graph.nodes if node.op == "output").args[0]
    if not isinstance(returned, fx.Node):
        raise ModelError(
            f"{traced.name} returns {type(returned).__name__}; expected one tensor with a row a sample: wrap the "
            "network so that it returns its logits alone"
        )
    return returned


def _layers_with_weights(traced: TracedNetwork) -> dict[fx.Node, Weighted | None]:
    """The layers with weights by node; None for a batch normalisation that has been folded into the one before."""
    layers: dict[fx.Node, Weighted | None] = {}
    for node in traced.graph.nodes:
        if node.op != "call_module":
            continue
        layer = traced.network.get_submodule(str(node.target))
        if (weighted := weighted_layer(layer)) is not None:
            layers[node] = weighted
        elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
            before = node.all_input_nodes[0]
            scale, shift = _scale_and_shift(traced, str(node.target), layer)
            folded = layers.get(before)
            if folded is not None and len(before.users) == 1 and folded.channels == len(scale):
                layers[before], layers[node] = folded.scaled(scale, shift), None
    return layers


def _scale_and_shift(traced: TracedNetwork, name: str, layer: nn.modules.batchnorm._BatchNorm) -> tuple[Tensor, Tensor]:
    if layer.running_mean is None or layer.running_var is None:
        raise ModelError(
            f"the layer {name!r} of {traced.name} normalises by the batch that it sees, so no sample has a relevance "
            "of its own; expected a batch normalisation with track_running_stats=True"
        )
    scale = torch.rsqrt(layer.running_var + layer.eps)
    if layer.weight is not None:
        scale = scale * layer.weight.detach()
    shift = -layer.running_mean * scale
    return scale, shift if layer.bias is None else shift + layer.bias.detach()


def _operation(
    traced: TracedNetwork, node: fx.Node, layers: Mapping[fx.Node, Weighted | None]
) -> tuple[Callable[..., object], Handler]:
    """What to run at ``node`` and how relevance passes it."""
    if node in layers:
        weighted = layers[node]
        if weighted is None:
            return _as_it_is, pass_on
        return _applied(weighted), share_by_rule(weighted)
    network = traced.network
    target, is_copied = without_writing(network, node) if is_written_in_place(network, node) else (node.target, False)
    run: Callable[..., object]
    if node.op == "call_module":
        layer = target if isinstance(target, nn.Module) else network.get_submodule(str(target))
        run, handler = layer.forward, handler_of_module(layer) or _refuse(traced, node)
    elif node.op == "call_function":
        assert callable(target)
        run, handler = target, _by_weights_or(handler_of_function(target) or _refuse(traced, node))
    else:
        run, handler = _method(str(target)), handler_of_method(str(target)) or _refuse(traced, node)
    return _on_a_copy(run) if is_copied else run, handler


def _as_it_is(values: Tensor) -> Tensor:
    return values


def _applied(layer: Weighted) -> Callable[..., object]:
    return lambda values, *_: layer.apply(values, layer.weight, layer.bias)


def _method(name: str) -> Callable[..., object]:
    return lambda values, *args, **kwargs: getattr(values, name)(*args, **kwargs)


def _on_a_copy(run: Callable[..., object]) -> Callable[..., object]:
    return lambda values, *args, **kwargs: run(values.clone(), *args, **kwargs)


def _by_weights_or(handler: Handler) -> Handler:
    def handle(call: Call, rule: Rule) -> tuple[object, Back]:
        weighted = weighted_function(call)
        return handler(call, rule) if weighted is None else share_by_rule(weighted)(call, rule)

    return handle


def _refuse(traced: TracedNetwork, node: fx.Node) -> Handler:
    """Runs the operation, and refuses when relevance arrives there."""
    if node.op == "call_module":
        kind = type(traced.network.get_submodule(str(node.target))).__name__
        what = f"the layer {str(node.target)!r} ({kind})"
    else:
        around = [name.partition("@")[0] for name in node.meta.get("nn_module_stack", {}) if name]
        place = f" in the layer {around[-1]!r}" if around else ""
        what = f"the operation {getattr(node.target, '__name__', node.target)!r}{place}"

    def handle(call: Call, rule: Rule) -> tuple[object, Back]:
        def back(_: object) -> list[Tensor | None]:
            raise ModelError(
                f"relevance has no rule for {what} of {traced.name}; expected the operations that "
                "faultloc/probes/relevance/operations.py lists: replace it by some of them, or name it there with the "
                "way in which it passes relevance"
            )

        return call.quietly(), back

    return handle
