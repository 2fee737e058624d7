"""Why steps do next to nothing: clipping, Adam's epsilon, one group's rate, a loss that is scaled down, or the rate."""

import math
from collections.abc import Iterator

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS, OPTIMIZER
from faultloc.methods.deep_localize.history import History

_CLIPPED_SAMPLES, _SAME, _ROUND = 8, 1e-3, 1e-3
_RULES_OVER = 3
_SCALED_DOWN = 0.1
# Adam divides by the root of the mean square, plus this: below it, clipped gradients make shorter steps with it too.
_ADAM_EPSILON = 1e-7


def explain_slow_steps(history: History, rule: str, value: float, threshold: float, sentence: str) -> Iterator[Symptom]:
    """The likeliest cause of steps that do too little, or else the symptom ``rule``."""
    cause = _clipping(history, sentence) or _epsilon(history, sentence) or _scaled_down(history, sentence)
    rate = history.sampled[-1].learning_rate
    yield cause or Symptom(rule, OPTIMIZER, value, threshold, sentence, {"learning_rate": rate})


def clipped_norm(history: History) -> float | None:
    """The norm that all gradients together had at each of the last steps looked at: a round number, so a limit's."""
    norms = [sample.gradient_norm for sample in history.sampled[-_CLIPPED_SAMPLES:]]
    if len(norms) < _CLIPPED_SAMPLES or not min(norms) > 0 or max(norms) > (1 + _SAME) * min(norms):
        return None
    norm = sum(norms) / len(norms)
    shown = norm / 10 ** (math.floor(math.log10(norm)) - 1)
    return norm if abs(shown - round(shown)) < _ROUND * shown else None


def _clipping(history: History, sentence: str) -> Symptom | None:
    norm = clipped_norm(history)
    if norm is None:
        return None
    values = sum(group.values for group in history.groups)
    if any(group.is_adaptive for group in history.groups) and norm > _ADAM_EPSILON * math.sqrt(max(1, values)):
        return None
    return Symptom(
        "optimizer.clipping", OPTIMIZER, norm, norm,
        f"the norm of all gradients was {norm:.2g} at each of the last {_CLIPPED_SAMPLES} steps looked at, as where "
        f"clipping shortens each of them to that; {sentence}",
    )  # fmt: skip


def _epsilon(history: History, sentence: str) -> Symptom | None:
    values = sum(group.values for group in history.groups)
    norms = sorted(sample.gradient_norm for sample in history.sampled)
    if not values or not norms:
        return None
    size = norms[len(norms) // 2] / math.sqrt(values)
    for group in history.groups:
        if group.is_adaptive and group.epsilon is not None and group.epsilon > max(_RULES_OVER * size, 1e-6):
            return Symptom(
                "optimizer.epsilon", OPTIMIZER, group.epsilon, size,
                f"{group.optimizer} divides by the gradients' size plus eps, and eps={group.epsilon:g} is "
                f"{group.epsilon / max(size, 1e-30):.0f} times their size ({size:.2g}); {sentence}",
            )  # fmt: skip
    return None


def _scaled_down(history: History, sentence: str) -> Symptom | None:
    """A loss far under the mean over its samples, where the length of a step depends on it."""
    if not history.groups or any(group.is_adaptive for group in history.groups):
        return None
    ratios = sorted(
        sample.loss / sample.plain_loss
        for sample in history.sampled
        if sample.loss is not None and sample.plain_loss is not None and sample.plain_loss > 1e-9
    )
    if not ratios or not 0 < ratios[-1] < _SCALED_DOWN:
        return None
    middle = ratios[len(ratios) // 2]
    return Symptom(
        "loss.scaled_down", LOSS, middle, 1,
        f"the loss, and each gradient with it, is {middle:.2g} of the mean over the batch; {sentence}",
    )  # fmt: skip
