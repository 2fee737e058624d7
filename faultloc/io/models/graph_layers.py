"""From an exported graph of tensor operations back to layers that can be watched and trained.

An exported program knows `aten.linear(x, weight, bias)` and no torch.nn.Linear: nothing could look at a layer's input,
or tell the last layer. Its parameters kept their names, so that the layers can be put back where they were.
"""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, fx, nn
from torch.fx.graph import CodeGen
from torch.utils._pytree import tree_leaves

from faultloc.errors import ModelError
from faultloc.io.models.operation_layers import layer_of_operation


def with_layers(program: torch.export.ExportedProgram) -> nn.Module:
    """The network of ``program``, its linear layers, convolutions and batch normalisations as modules of torch.nn.

    It computes the same, and the layers go by their old names. Dropout stays as it was exported: switched off.

    Raises:
        ModelError: the program takes more than one tensor, or gives more than one.
    """
    exported = program.module()
    graph = _graph_of_one_tensor(exported.graph)
    for node in list(graph.nodes):
        arguments = _arguments(exported, node)
        if "input" not in arguments or "weight" not in arguments:
            continue
        layer = layer_of_operation(node.target, arguments, dimensions=_dimensions(node))
        if layer is not None:
            name = _layer_name(node)
            exported.add_submodule(name, layer)
            with graph.inserting_before(node):
                call = graph.call_module(name, (cast(fx.Node, _nodes(node)["input"]),))
            call.meta = dict(node.meta)
            node.replace_all_uses_with(call)
            graph.erase_node(node)
    # A module of its own: the exported one refuses train() and eval(), which concern the layers that were put back.
    network = fx.GraphModule(exported, graph, class_name="ExportedNetwork")
    network.graph.eliminate_dead_code()
    network.recompile()
    return network.eval()


def _graph_of_one_tensor(exported: fx.Graph) -> fx.Graph:
    graph = fx.Graph()
    outputs = tree_leaves(graph.graph_copy(exported, {}))
    graph.set_codegen(CodeGen())  # called with the tensor itself, not with a tree of arguments
    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(
            f"the program takes {len(inputs)} inputs and gives {len(outputs)} outputs; expected a classifier that "
            "takes a batch of samples and gives their logits"
        )
    for node in [node for node in graph.nodes if node.op == "call_module"]:
        graph.erase_node(node)  # checks of the input's shape: a batch of another size than the example's would fail
    graph.output(outputs[0])
    return graph


def _nodes(node: fx.Node) -> dict[str, object]:
    # The arguments of a call by their names, with the defaults of those that were not given.
    if not isinstance(node.target, torch._ops.OpOverload):
        return {}
    asked = node.target._schema.arguments
    defaults = {argument.name: argument.default_value for argument in asked if argument.has_default_value()}
    given = dict(zip((argument.name for argument in asked), node.args, strict=False))
    return {**defaults, **given, **node.kwargs}


def _arguments(exported: nn.Module, node: fx.Node) -> Mapping[str, object]:
    # The same with the network's tensors in the place of their nodes; what is computed stays a node.
    return {name: _stored(exported, value) for name, value in _nodes(node).items()}


def _stored(exported: nn.Module, value: object) -> object:
    if not isinstance(value, fx.Node) or value.op != "get_attr":
        return value
    owner, _, name = str(value.target).rpartition(".")
    found = getattr(exported.get_submodule(owner), name)
    return found if isinstance(found, Tensor) else value


def _layer_name(node: fx.Node) -> str:
    weight = _nodes(node)["weight"]
    owner, _, name = str(weight.target).rpartition(".") if isinstance(weight, fx.Node) else ("", "", "")
    # A weight of another name belongs to a module that has further parts, such as attention with its `in_proj_weight`.
    return owner if owner and name == "weight" else f"{node.name}_layer"


def _dimensions(node: fx.Node) -> int:
    given = _nodes(node)["input"]
    example = given.meta.get("val") if isinstance(given, fx.Node) else None
    return example.ndim if isinstance(example, Tensor) else 0
