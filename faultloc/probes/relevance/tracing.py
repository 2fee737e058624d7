"""A network as a graph of operations, with each layer's place in it."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import jaxtyping
from torch import Tensor, fx, nn
from torch.fx.node import map_arg

from faultloc.errors import ModelError
from faultloc.probes.modes import evaluating
from faultloc.probes.relevance.attention import plain_forward
from faultloc.probes.relevance.in_place import is_written_in_place


@dataclass(frozen=True)
class Place:
    """Where a layer stands in the graph: the node that flows into it and the node that flows out."""

    before: fx.Node
    after: fx.Node
    is_leaf: bool


@dataclass(frozen=True)
class TracedNetwork:
    """The graph of ``network``; ``places`` are those of its layers in the order in which they return.

    A layer that is called again has a place for each call: ``relu``, ``relu@2``, ``relu@3``.
    """

    network: nn.Module
    graph: fx.Graph
    places: Mapping[str, Place]
    constants: Mapping[str, Tensor]

    @property
    def name(self) -> str:
        """The name of the network's class, for messages."""
        return type(self.network).__name__

    def constant(self, name: str) -> object:
        """The parameter, buffer or constant that the graph calls ``name``."""
        if name in self.constants:
            return self.constants[name]
        value: object = self.network
        for part in name.split("."):
            value = getattr(value, part)
        return value.detach() if isinstance(value, Tensor) else value


def trace(network: nn.Module) -> TracedNetwork:
    """The graph that ``network`` runs in evaluation mode; what is changed in place is a value of its own in it.

    Raises:
        ModelError: the operations depend on the values of the inputs, or torch.fx cannot follow them.
    """
    tracer = _Tracer()
    known = set(vars(network))
    constants: dict[str, Tensor] = {}
    try:
        with evaluating(network), _types_unchecked():
            graph = tracer.trace(network, concrete_args=_defaults(network))
    except Exception as error:  # a forward may do anything with what it takes for a tensor
        place = f"the layer {tracer.inside[-1]!r} of " if tracer.inside else ""
        raise ModelError(
            f"torch.fx cannot follow the values through {place}{type(network).__name__} "
            f"({' '.join(str(error).split())[:200]}); expected a forward whose operations do not depend on the "
            "values of its input: rewrite that part without branching on values, or name another model"
        ) from error
    finally:
        # torch.fx leaves the tensors that a forward makes for itself on the network.
        for name in set(vars(network)) - known:
            constants[name] = network.__dict__.pop(name)
    return TracedNetwork(network, graph, tracer.places, constants)


@contextmanager
def _types_unchecked() -> Iterator[None]:
    """Without jaxtyping's checks: what stands for a tensor while tracing has no shape to check."""
    was = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", was)


def _defaults(network: nn.Module) -> dict[str, object]:
    """The arguments of the forward after the first, at their defaults."""
    parameters = list(inspect.signature(network.forward).parameters.values())[1:]
    return {each.name: each.default for each in parameters if each.default is not inspect.Parameter.empty}


class _Tracer(fx.Tracer):
    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}
        self.inside: list[str] = []  # the layers around what is being traced; stays as it was when that fails
        self._calls: dict[str, int] = {}
        self._overwritten: dict[fx.Node, fx.Node] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        if plain_forward(m) is not None or isinstance(m, nn.Sequential):
            return False
        # A subclass that only adds a name or a constructor runs torch's own forward.
        return type(m).forward.__module__.startswith(("torch.nn.", "torch.ao.nn."))

    def call_module(self, m: nn.Module, forward: Callable, args: tuple, kwargs: dict) -> object:
        name = self.path_of_module(m)
        self.inside.append(name)
        returned = super().call_module(m, plain_forward(m) or forward, args, kwargs)
        self.inside.pop()
        values = returned[0] if isinstance(returned, tuple) else returned
        given = next((each for each in (*args, *kwargs.values()) if isinstance(each, fx.Proxy)), None)
        if given is not None and isinstance(values, fx.Proxy):
            self._calls[name] = call = self._calls.get(name, 0) + 1
            is_leaf = self.is_leaf_module(m, name)
            before = values.node.all_input_nodes[0] if is_leaf else given.node
            self.places[name if call == 1 else f"{name}@{call}"] = Place(before, values.node, is_leaf)
        return returned

    def create_node(
        self,
        kind: str,
        target: str | Callable,
        args: tuple,
        kwargs: dict,
        name: str | None = None,
        type_expr: object = None,
    ) -> fx.Node:
        args, kwargs = map_arg((args, kwargs), self._current)
        node = super().create_node(kind, target, args, kwargs, name, type_expr)
        if is_written_in_place(self.root, node):
            self._overwritten[args[0]] = node
        return node

    def _current(self, node: fx.Node) -> fx.Node:
        """What later operations see of a value: it, or what has been written over it."""
        while node in self._overwritten:
            node = self._overwritten[node]
        return node
