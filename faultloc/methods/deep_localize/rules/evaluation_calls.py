"""What a model is given to evaluate it, held against what it is trained on: another scale, another mode.

Seen at the first calls without gradients after training has begun; later ones cost a comparison of two numbers.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in
from faultloc.methods.deep_localize.rules.lasting_dropout import LastingDropout
from faultloc.methods.deep_localize.rules.still_statistics import StillStatistics

_FEWEST_ROWS, _CALLS, _MOST_VALUES = 16, 3, 500_000
# Deviations that a column's mean lies off, and times that its deviation is larger or smaller.
_FAR, _TIMES, _SHARE_OF_COLUMNS = 10.0, 10.0, 0.2
_BACKGROUND, _OFF = 0.1, 0.2
_LEAST_DROPOUT = 0.1


class _Seen:
    """Mean and deviation of each column, and the least value with how often it stands there."""

    def __init__(self, values: Tensor) -> None:
        values = values.detach().float()
        table = values if values.dim() == 2 else values.reshape(-1, 1)
        self.mean, self.deviation = table.mean(0), table.std(0)
        self.least = float(values.min())
        self.share_of_least = float((values == values.min()).float().mean())


class EvaluationCalls:
    """What was seen of inputs in training, and of the first calls without gradients."""

    def __init__(self) -> None:
        self._trained: dict[int, tuple[tuple[int, ...], _Seen]] = {}
        self._looked: dict[int, int] = {}
        # Those called in training mode: at which step, and a layer that computes otherwise then.
        self._last_step: dict[int, int] = {}
        self._left_on: dict[int, tuple[str, nn.Module]] = {}
        self._evaluated: set[int] = set()
        self.statistics, self._dropout = StillStatistics(), LastingDropout()

    def trained_on(self, module: nn.Module, given: object) -> None:
        """Remembers what ``module`` is given in a training step that is looked at."""
        values = _numbers(given)
        # What other layers have made changes with them.
        if values is not None and not values.requires_grad and id(module) not in self._trained:
            self._trained[id(module)] = (tuple(values.shape[1:]), _Seen(values))

    def look(self, module: nn.Module, given: tuple, step: int) -> Iterator[Symptom]:
        """A symptom where the first call in evaluation mode has inputs of another scale, at ``step`` of the run."""
        known, looked = self._trained.get(id(module)), self._looked.get(id(module), 0)
        if known is not None and not module.training:
            self._dropout.evaluated_on(given, step)
        if known is None or looked >= _CALLS:
            return
        if module.training:
            self._training_mode(module, given, step)
            return
        if id(module) not in self._evaluated:
            self._evaluated.add(id(module))
            yield from self.statistics.evaluated(module, first_tensor_in(given))
            self._dropout.first_evaluation(module, given)
        self._left_on.pop(id(module), None)
        values = _numbers(given)
        if values is None or tuple(values.shape[1:]) != known[0]:
            return
        self._looked[id(module)] = looked + 1
        said = _difference(known[1], _Seen(values))
        if said and looked == 0:
            yield Symptom("input.evaluation_scale", INPUT, 1, 0, said)

    def at_end(self) -> Iterator[Symptom]:
        """A symptom where a model was evaluated again and again, and never in evaluation mode."""
        for name, layer in self._left_on.values():
            yield Symptom(
                "model.not_evaluating", name or "model", 1, 0,
                f"the model is called batch after batch without gradients, as to evaluate it, and never in evaluation "
                f"mode: this {type(layer).__name__} then sets values to 0 at random",
            )  # fmt: skip
            return
        yield from self._dropout.at_end()

    def _training_mode(self, module: nn.Module, given: object, step: int) -> None:
        """Notes calls with no step between: those that give targets for training come one by one."""
        values = first_tensor_in(given)
        if id(module) in self._evaluated or values is None or values.dim() < 2 or len(values) < _FEWEST_ROWS:
            return
        if self._last_step.get(id(module)) == step and id(module) not in self._left_on:
            layer = next((one for one in module.named_modules() if _is_random(one[1])), None)
            if layer is not None:
                self._left_on[id(module)] = layer
        self._last_step[id(module)] = step


def _is_random(layer: nn.Module) -> bool:
    return isinstance(layer, nn.modules.dropout._DropoutNd) and layer.training and layer.p >= _LEAST_DROPOUT


def _numbers(given: object) -> Tensor | None:
    values = first_tensor_in(given)
    if values is None or not values.is_floating_point() or values.dim() < 2 or len(values) < _FEWEST_ROWS:
        return None
    return values[: max(_FEWEST_ROWS, _MOST_VALUES // max(1, values[0].numel()))]


def _difference(trained: _Seen, asked: _Seen) -> str:
    """How the inputs of an evaluation differ, as a sentence; empty where they do not by far."""
    varies = (trained.deviation > 0) & (asked.deviation > 0)
    if not bool(varies.any()):
        return ""
    before, after = trained.deviation[varies], asked.deviation[varies]
    off = (asked.mean - trained.mean)[varies].abs() / before
    times = after / before
    is_odd = (off > _FAR) & (times > 1.5) | (times > _TIMES) | (times < 1 / _TIMES) | (off > 3 * _FAR)
    if float(is_odd.float().mean()) > _SHARE_OF_COLUMNS:
        worst = int(torch.where(is_odd, torch.maximum(off, torch.maximum(times, 1 / times)), 0).argmax())
        return (
            "the model is evaluated on inputs of another scale than it is trained on: in training they have mean "
            f"{float(trained.mean[varies][worst]):.3g} and deviation {float(before[worst]):.3g}, in evaluation "
            f"{float(asked.mean[varies][worst]):.3g} and {float(after[worst]):.3g}"
        )
    is_background = min(trained.share_of_least, asked.share_of_least) > _BACKGROUND
    spread = float(before.mean())
    if is_background and abs(trained.least - asked.least) > _OFF * spread:
        return (
            f"the least value of the inputs, which many have, is {trained.least:.3g} in training and "
            f"{asked.least:.3g} in evaluation: they are not scaled the same way"
        )
    return ""
