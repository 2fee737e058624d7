"""One operation of the graph on one batch: what it is given, what it gives, and how relevance gets back through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.fx.node import map_arg

# Of an operation with several outputs, the relevance of each; None for what carries none.
Relevance = Tensor | Sequence[Tensor | None]
# From the relevance of what an operation gives to that of each of its carriers; None for one that gets none.
Back = Callable[[Relevance], Sequence[Tensor | None]]


@dataclass(frozen=True)
class Call:
    """``run`` on the arguments of ``node``; ``carriers`` are those of them that depend on the sample, as they occur.

    Only floating-point tensors carry relevance: token ids and shapes do not.
    """

    node: fx.Node
    run: Callable[..., object]
    values: Mapping[fx.Node, object]
    carriers: Sequence[fx.Node]

    def given(self, place: int = 0) -> Tensor:
        """The carrier at ``place``."""
        return self.values[self.carriers[place]]  # type: ignore[return-value]

    def quietly(self) -> object:
        """What the operation gives."""
        with torch.no_grad():
            return self._run(self.values.__getitem__)

    def followed(self) -> tuple[list[Tensor], object]:
        """The carriers as leaves of a graph of this operation alone, one for each occurrence, and what it gives."""
        leaves: list[Tensor] = []

        def as_leaf(node: fx.Node) -> object:
            if node not in self.carriers:
                return self.values[node]
            leaves.append(self.values[node].detach().requires_grad_())  # type: ignore[attr-defined]
            return leaves[-1]

        with torch.enable_grad():
            return leaves, self._run(as_leaf)

    def arguments(self) -> tuple[tuple, dict]:
        """The values of the arguments, by place and by name."""
        args, kwargs = map_arg((self.node.args, dict(self.node.kwargs)), self.values.__getitem__)  # type: ignore[arg-type]
        return tuple(args), dict(kwargs)

    def _run(self, value_of: Callable[[fx.Node], object]) -> object:
        args, kwargs = map_arg((self.node.args, self.node.kwargs), value_of)  # type: ignore[arg-type]
        return self.run(*args, **kwargs)


def carriers_of(node: fx.Node, values: Mapping[fx.Node, object], carries: Mapping[fx.Node, bool]) -> list[fx.Node]:
    """The arguments of ``node`` that carry relevance, as often and in the order in which they occur."""
    found: list[fx.Node] = []

    def look(each: fx.Node) -> fx.Node:
        value = values[each]
        if carries.get(each, False) and isinstance(value, Tensor) and value.is_floating_point():
            found.append(each)
        return each

    map_arg((node.args, node.kwargs), look)
    return found
