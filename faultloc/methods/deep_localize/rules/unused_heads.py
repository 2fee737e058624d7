"""Heads of a model whose outputs are returned and that no step ever trains."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of

_FEWEST_STEPS, _MOST_NODES = 20, 12
_HEADS = (nn.Linear, nn.modules.conv._ConvNd)
# Made to be left alone: the poolers of Hugging Face's encoders, auxiliary classifiers.
_SPARE = ("pool", "aux")


class UnusedHeads:
    """Which layers gave outputs that a loss did not hang on, and whether their weights were changed all the same."""

    def __init__(self) -> None:
        self._weights: dict[str, dict[str, tuple[nn.Parameter, int]]] = {}

    def look(
        self,
        outputs: Sequence[Tensor],
        trace: LayerTrace,
        reached: Collection[str],
        parameters: Mapping[str, nn.Parameter],
    ) -> None:
        """Notes the heads that the loss does not hang on; ``parameters`` are those of an optimizer, by name."""
        if len(outputs) < 2 or not reached:
            return
        heads = {
            call.node: call.name for call in trace.calls if call.node is not None and isinstance(call.layer, _HEADS)
        }
        for output in outputs:
            name = _nearest(output.grad_fn, heads)
            if name is None or name in reached or name in self._weights or any(word in name for word in _SPARE):
                continue
            held = {one: weight for one, weight in parameters.items() if owner_of(one) == name and weight.requires_grad}
            if held:
                # What an optimizer changes, it changes in place, and tensors count that.
                self._weights[name] = {one: (weight, weight._version) for one, weight in held.items()}

    def never_trained(self, steps: int) -> Iterator[Symptom]:
        """One symptom for all heads that were never changed in ``steps`` steps since they were first seen."""
        if steps < _FEWEST_STEPS:
            return
        names = [
            name
            for name, held in self._weights.items()
            if all(weight._version == version and weight.grad is None for weight, version in held.values())
        ]
        if names:
            others = f" (and of {', '.join(names[1:])})" if len(names) > 1 else ""
            yield Symptom(
                "gradient.unused_head", names[0], len(names), 0,
                f"in {steps} steps no loss used the output of this layer{others}, which the model returns: its weights "
                "are those of the start",
            )  # fmt: skip


def _nearest(node: Node | None, heads: Mapping[Node, str]) -> str | None:
    """The head that gave ``node``, with nothing but an activation or a change of shape between."""
    if node is None:
        return None
    return next((heads[behind] for behind, _ in walk(node, most=_MOST_NODES) if behind in heads), None)
