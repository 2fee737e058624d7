"""Which layers a forward pass calls, in which order, and which node of the autograd graph each gave."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.distributions import Distribution

from faultloc.methods.deep_localize.hooks.autograd_walk import children
from faultloc.methods.deep_localize.hooks.joined_modules import parts_of

_MOST_INSIDE = 300


@dataclass(frozen=True)
class LayerCall:
    """One call of a layer.

    ``node`` is that of its first output tensor, None where no gradient will flow; ``first_input`` its first tensor, and
    ``begins_gradient`` says that no gradient flows on from this input, though it is none of the model's own.
    """

    name: str
    layer: nn.Module
    node: Node | None
    first_input: Tensor | None
    begins_gradient: bool


@runtime_checkable
class NamesLayers(Protocol):
    """A model that says itself what its layers are called."""

    def layer_names(self) -> dict[nn.Module, str]:
        """The layers with their names, in the model's order."""


def layers_of(model: nn.Module) -> dict[nn.Module, str]:
    """The modules that compute by their names: those without children, and those with parameters of their own.

    The model itself, if it has none, is called ``model``.
    """
    alone = parts_of(model).get("", model)
    if isinstance(alone, NamesLayers):
        return alone.layer_names()
    layers = {
        module: name
        for name, module in model.named_modules()
        if name and (not any(module.children()) or any(True for _ in module.parameters(recurse=False)))
    }
    parts = list(parts_of(model).values())
    return layers or {parts[0] if len(parts) == 1 else model: "model"}


def owner_of(parameter_name: str) -> str:
    """The module that a parameter belongs to: ``fc.weight`` belongs to ``fc``."""
    return parameter_name.rpartition(".")[0] or "model"


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors in ``value``: alone, or in tuples, lists, mappings and data classes, as models return them.

    Of a distribution these are the parameters that it was made of.
    """
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from tensors_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from tensors_in(inner)
    elif hasattr(value, "__dataclass_fields__"):
        yield from tensors_in(vars(value))
    elif isinstance(value, Distribution):
        # What it computes when it is asked is not there yet, and is not asked for.
        yield from tensors_in([vars(value).get(name) for name in value.arg_constraints])


def first_tensor_in(value: object) -> Tensor | None:
    """The first of the tensors in ``value``; None where there is none."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, tuple | list) and value:  # as most are, and quicker than to begin with a generator
        found = first_tensor_in(value[0])
        if found is not None:
            return found
    return next(tensors_in(value), None)


def _inside(last: Node, ends: Collection[Node | None]) -> set[Node]:
    """The nodes that ``last`` was computed from, up to those in ``ends``; the first few hundred."""
    found, waiting = {last}, [last]
    while waiting and len(found) < _MOST_INSIDE:
        for child in children(waiting.pop()):
            if child not in found and child not in ends:
                found.add(child)
                waiting.append(child)
    return found


class LayerTrace:
    """The calls of one forward pass, in their order."""

    def __init__(self, model_inputs: Sequence[object] = ()) -> None:
        self.calls: list[LayerCall] = []
        # Of so many calls the nodes are known by name.
        self._named = 0
        self._names: dict[Node, str] = {}
        self._model_inputs = {tensor.data_ptr() for tensor in tensors_in(list(model_inputs))}

    def record(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """Notes one call; its output's node names the layer in the graph."""
        output, first = first_tensor_in(returned), first_tensor_in(given)
        begins = first is not None and not first.requires_grad and first.data_ptr() not in self._model_inputs
        self.calls.append(LayerCall(name, layer, None if output is None else output.grad_fn, first, begins))

    def name_of(self, node: Node | None) -> str | None:
        """The layer that gave ``node``, or the nearest one behind it; None where none is found."""
        for call in self.calls[self._named :]:
            if call.node is not None:
                self._names[call.node] = call.name
        self._named, names = len(self.calls), self._names
        seen: set[Node] = set()
        while node is not None and node not in seen:
            if node in names:
                return names[node]
            seen.add(node)
            behind = children(node)
            node = behind[0] if behind else None
        return None

    def layer_around(self, node: Node) -> str | None:
        """The layer inside which ``node`` was computed, or the nearest one behind it; None where none is found."""
        nearest = self.name_of(node)
        for call in self.calls:
            given = None if call.first_input is None else call.first_input.grad_fn
            if call.node is not None and node in _inside(call.node, {*self._names, given} - {call.node}):
                return call.name
        return nearest

    @property
    def last(self) -> str | None:
        """The layer that was called last."""
        return self.calls[-1].name if self.calls else None

    def is_normalised_first(self) -> bool:
        """Whether the first layer with weights normalises or looks up, so that its inputs' scale does not matter."""
        kinds = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.Embedding, nn.EmbeddingBag)
        first = self.first_with_weights
        return first is not None and isinstance(first.layer, kinds)

    @property
    def first_with_weights(self) -> LayerCall | None:
        """The first call of a layer that has weights."""
        return next((call for call in self.calls if any(True for _ in call.layer.parameters())), None)
