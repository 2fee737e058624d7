"""The rules of the tool as it was released, so that comparisons with it can be repeated. For use, take the monitor.

Source: the callback ``keras.callbacks.DeepLocalize`` of Wardat, Le and Rajan's repository: five batches, a zero mean in
half of all batches so far, exact equality; its messages are kept word for word.
Differs: it looks at the batch that was trained on, where the callback runs the model again on other samples once the
data is shuffled; it also knows layers with other than two arrays; and it keeps its verdict rather than ending Python.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in, layers_of, tensors_in
from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms
from faultloc.methods.deep_localize.hooks.taps import Taps
from faultloc.methods.deep_localize.hooks.targets import accuracy, target_of

_BATCHES = 5


@dataclass(frozen=True)
class ReleasedVerdict:
    """The message that the tool prints, and the layer (a module's name, None for losses) and batch that it is about."""

    message: str
    layer: str | None
    batch: int


class ReleasedMonitor:
    """Watches training as the released callback does; ``verdict`` is None while it would be silent.

    ``with_accuracy`` follows the accuracy of classifiers too, as Keras does with ``metrics=["accuracy"]``.
    """

    def __init__(self, model: nn.Module, optimizer: Optimizer, *, with_accuracy: bool = True) -> None:
        self.verdict: ReleasedVerdict | None = None
        self._model, self._optimizer, self._with_accuracy = model, optimizer, with_accuracy
        self._layers = layers_of(model)
        self._names = list(self._layers.values())
        self._lists: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._zeros: dict[tuple[str, str], int] = defaultdict(int)
        self._batch = 0
        self._forward: dict[str, float] = {}
        self._gradient: dict[str, float] = {}
        self._outputs: list[Tensor] = []
        self._loss = self._accuracy = math.nan
        self._is_training = False
        # The tool looks at every batch.
        self.wants_layers, self.step, self.is_sampled = True, 0, True
        self._taps: Taps | None = None

    def attach(self) -> "ReleasedMonitor":
        """Watches from now on, until ``close``."""
        self._taps = Taps(self, self._model, [self._optimizer], after=None, failed=_passed_on)
        return self

    def close(self) -> ReleasedVerdict | None:
        """Takes the hooks away; the verdict."""
        if self._taps is not None:
            self._taps.remove()
        return self.verdict

    def forward_begins(self, module: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """The model is called."""
        self._is_training = torch.is_grad_enabled()

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """Keeps the mean of the layer's output, and of its gradient once that is known."""
        output = first_tensor_in(returned)
        if not self._is_training or output is None or not output.is_floating_point():
            return
        self._forward[name] = float(output.detach().mean())
        if output.requires_grad:
            output.register_hook(lambda gradient: self._gradient.__setitem__(name, float(gradient.mean())))

    def forward_ends(self, module: nn.Module, returned: object) -> None:
        """Keeps the outputs, for the accuracy."""
        if self._is_training:
            self._outputs = list(tensors_in(returned))

    def backward_begins(self, loss: Tensor) -> None:
        """Keeps the loss, and the accuracy where there is one."""
        self._loss = float(loss.detach().mean())
        terms = loss_terms(loss, {output.grad_fn for output in self._outputs if output.grad_fn is not None})
        target = target_of(terms[0], self._outputs) if len(terms) == 1 else None
        reached = accuracy(terms[0], target) if target is not None else None
        self._accuracy = math.nan if reached is None else reached

    def step_begins(self, optimizer: Optimizer, has_closure: bool) -> None:
        """Nothing: the tool looks after the update."""

    def step_ends(self, optimizer: Optimizer, has_closure: bool) -> None:
        """The tool's own order: forward, weights, loss, accuracy, delta weights, output gradients."""
        if self.verdict is None:
            self.verdict = self._judge()
        self._batch += 1

    def _judge(self) -> ReleasedVerdict | None:
        forward = [name for name in self._names if name in self._forward]
        found = {name: getattr(layer, "weight", None) for layer, name in self._layers.items()}
        kernels = {name: kernel for name, kernel in found.items() if isinstance(kernel, nn.Parameter)}
        backward = list(reversed(self._names))
        dense = [name for name in backward if isinstance(self._model.get_submodule(name), nn.Linear)]
        flatten = [name for name in forward if isinstance(self._model.get_submodule(name), nn.Flatten)]
        with torch.no_grad():
            weights = {name: float(kernel.mean()) for name, kernel in kernels.items()}
            deltas = {name: float(kernel.grad.mean()) for name, kernel in kernels.items() if kernel.grad is not None}
        return (
            self._layerwise("Error in forward", self._forward, forward, [n for n in forward if n not in flatten])
            or self._layerwise("Error in Weights", weights, [n for n in backward if n in weights], dense)
            or self._value("loss", self._loss, "Invalid loss")
            or (self._value("accuracy", self._accuracy, "Invalid accuracy") if self._follows_accuracy() else None)
            or self._layerwise(
                "Error in delta Weights", deltas, [n for n in dense if n in deltas], dense, "Error in Delta Weights"
            )
            or self._layerwise(
                "Error in Output Gradient",
                self._gradient,
                [n for n in backward if n in self._gradient],
                [n for n in forward if n not in flatten],
            )
        )

    def _follows_accuracy(self) -> bool:
        return self._with_accuracy and not math.isnan(self._accuracy)

    def _layerwise(
        self, what: str, values: dict[str, float], order: Sequence[str], may_not_stay: Sequence[str], constant: str = ""
    ) -> ReleasedVerdict | None:
        for name in order:
            value, key = values[name], (what, name)
            self._lists[key].append(value)
            if not math.isfinite(value):
                return self._said(what, name)
            if value == 0:
                self._zeros[key] += 1
                if self._zeros[key] >= (self._batch + 1) / 2:
                    return self._said(what, name)
        if (self._batch + 1) % _BATCHES == 0:
            for name in order:
                recent = self._lists[(what, name)]
                if name in may_not_stay and _is_constant(recent):
                    return self._said(constant or what, name)
                recent.clear()
        return None

    def _value(self, what: str, value: float, invalid: str) -> ReleasedVerdict | None:
        recent = self._lists[(what, "")]
        recent.append(value)
        if not math.isfinite(value):
            return ReleasedVerdict(f"Batch {self._batch}: {invalid}, terminating training", None, self._batch)
        if (self._batch + 1) % _BATCHES == 0:
            if _is_constant(recent):
                return ReleasedVerdict(f"Batch {self._batch}: MDL, terminating training", None, self._batch)
            recent.clear()
        return None

    def _said(self, what: str, name: str) -> ReleasedVerdict:
        message = f"Batch {self._batch} layer {self._names.index(name)}: {what}, terminating training"
        return ReleasedVerdict(message, name, self._batch)


def _passed_on(error: Exception) -> None:
    raise error


def _is_constant(values: Sequence[float]) -> bool:
    return len(values) >= _BATCHES and sum(values) / len(values) == max(values)
