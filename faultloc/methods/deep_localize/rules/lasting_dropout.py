"""Dropout that goes on in evaluation mode: ``F.dropout(x)`` drops always unless it is told the mode.

The first call in evaluation mode is made once more, with a trace: values are multiplied by 0 or by one number above 1,
and other random numbers give other answers. Who asks for several answers to the same inputs between two steps means it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import operation, walk
from faultloc.methods.deep_localize.hooks.batch_rows import Given, sample_count, with_rows
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in, layers_of
from faultloc.methods.deep_localize.hooks.rerun import plain_module
from faultloc.methods.deep_localize.hooks.untouched import untouched, without_hooks

_FEW, _MOST_NODES, _FEWEST_VALUES = 16, 4000, 32


class LastingDropout:
    """What the evaluations so far have shown."""

    def __init__(self) -> None:
        self._found: Symptom | None = None
        # The inputs of the last evaluation, by where they lie, and the step that it came after.
        self._last: tuple[int, tuple[int, ...], int] | None = None
        self._is_over = False

    def first_evaluation(self, module: nn.Module, arguments: tuple) -> None:
        """Looks at the first call in evaluation mode, whose modules are all in it."""
        if self._is_over or any(one.training for one in module.modules()):
            return
        inner = plain_module(module)
        place = None if inner is None else _dropping_layer(inner, (arguments, {}))
        if place is not None:
            self._found = Symptom(
                "model.not_evaluating", place, 1, 0,
                "values are set to 0 at random behind this layer in evaluation mode too: a dropout that is not told "
                "the mode goes on for ever",
                advice="tell it the mode, F.dropout(x, p, training=self.training), or make it a layer: nn.Dropout(p)",
            )  # fmt: skip

    def evaluated_on(self, arguments: tuple, step: int) -> None:
        """Notes the inputs of a call in evaluation mode after ``step`` steps."""
        first = first_tensor_in(arguments)
        now = None if first is None else (first.data_ptr(), tuple(first.shape), step)
        self._is_over |= now is not None and now == self._last
        self._last = now

    def at_end(self) -> Iterator[Symptom]:
        """A symptom where dropout goes on, and nobody asked for several answers to the same inputs at once."""
        if self._found is not None and not self._is_over:
            yield self._found


def _dropping_layer(module: nn.Module, given: Given) -> str | None:
    """The layer behind which values are dropped; None where nothing is drawn, or the module cannot be called."""
    count = sample_count(given)
    few = given if count is None else with_rows(given, range(min(count, _FEW)), count)
    nodes: dict[Node, str] = {}

    def note(name: str, returned: object) -> None:
        output = first_tensor_in(returned)
        if output is not None and output.grad_fn is not None:
            nodes[output.grad_fn] = name

    answers = []
    with untouched(module), without_hooks(module), torch.enable_grad():
        handles = [
            layer.register_forward_hook(lambda _, __, returned, name=name: note(name, returned))
            for layer, name in layers_of(module).items()
        ]
        try:
            answers = [first_tensor_in(module(*few[0], **few[1])) for _ in range(2)]
        except Exception:  # whatever the model says of a part of its arguments
            return None
        finally:
            for handle in handles:
                handle.remove()
    one, other = answers
    if one is None or other is None or one.grad_fn is None or one.shape != other.shape or torch.equal(one, other):
        return None
    dropped = next((node for node, _ in walk(one.grad_fn, most=_MOST_NODES) if _drops(node)), None)
    if dropped is None:
        return None
    return next((nodes[behind] for behind, _ in walk(dropped, most=_MOST_NODES) if behind in nodes), "model")


def _drops(node: Node) -> bool:
    """Whether ``node`` multiplies each value by 0 or by one number above 1."""
    if operation(node) in ("NativeDropout", "FusedDropout"):
        return True
    factors = constant_side(node) if operation(node) == "Mul" else None
    if factors is None or factors.numel() < _FEWEST_VALUES or not factors.is_floating_point():
        return False
    kept = factors[factors != 0]
    return 0 < kept.numel() < factors.numel() and _is_one_number_above_one(kept)


def _is_one_number_above_one(kept: Tensor) -> bool:
    return bool((kept == kept[0]).all()) and bool(kept[0] > 1)
