"""The rules that need several steps: learning rates, dead and saturated units, gradients, a loss that does not move.

A symptom alone is no fault: half of a trained network's units may be zero, gradients vanish once all is learned. Where
a healthy run can show the same, the rule also asks whether the model learns.

Source: the symptoms of DeepLocalize (Wardat, Le and Rajan 2021); the thresholds of AUTOTRAINER (ratio of first to last
gradient under 1e-3, dead units) and DeepDiagnosis (saturation beyond 5 in half of the values).
Differs: magnitudes instead of signed means, and the harm is asked for before an alarm is raised.
"""

from collections.abc import Callable, Iterator

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.rules.endless_fall import check_endless_fall
from faultloc.methods.deep_localize.rules.fast_steps import (
    check_momentum,
    explain_fast_steps,
    has_much_momentum,
    is_slight,
    is_unusual,
    may_be_the_rate,
)
from faultloc.methods.deep_localize.rules.guessing import (
    FLAT_STEPS,
    PLATEAU_STEPS,
    as_share,
    check_behind,
    check_guessing,
    check_still,
)
from faultloc.methods.deep_localize.rules.schedule import check_schedule
from faultloc.methods.deep_localize.rules.shrinking import check_shrinking
from faultloc.methods.deep_localize.rules.slow_steps import explain_slow_steps

_TOO_HIGH, _TOO_LOW, _SAMPLES, _UNMOVED = 0.3, 1e-5, 4, 1e-5
_DEAD, _SATURATED, _CHECKS = 0.9, 0.5, 10
_LATEST = 100  # sampled steps: what was before is history
_VANISHED_RATIO, _VANISHED = 1e-3, 1e-4
_ZERO_STEPS = 5
_SCALES = ("input.sentinel", "input.column", "input.scale", "target.outliers", "target.scale")
_WORSE, _WORSE_THAN_GUESS, _FAR_WORSE_THAN_GUESS, _NOT_FALLEN, _FAR_OFF = 1.5, 1.2, 1.5, 0.98, 5
_PATIENCE = 30  # a large first step is made good within so many


def check_dynamics(history: History, *, follows_one_loss: bool, is_over: bool = False) -> Iterator[Symptom]:
    """Every symptom that the history shows; ``follows_one_loss`` is False where several optimizers share the work.

    A model may stand on a plateau for a while: what is said of one has to wait, unless the training ``is_over``.
    """
    yield from _dead_activations(history)
    yield from _zero_gradients(history)
    if follows_one_loss:
        yield from _doubtful(history, FLAT_STEPS if is_over else PLATEAU_STEPS)
        yield from check_schedule(history)
        yield from check_endless_fall(history)
        yield from _rate_too_high(history)
        yield from check_momentum(history)
        yield from check_shrinking(history)
        yield from _large_weights(history)
        yield from _rate_too_low(history)
        yield from _vanishing_gradients(history)
        yield from _saturated_activations(history)
        yield from _diverging(history)
        yield from _swinging(history)
        yield from check_guessing(history, is_over=is_over)
        yield from check_behind(history, is_over=is_over)
        yield from check_still(history, is_over=is_over)


def _doubtful(history: History, patience: int) -> Iterator[Symptom]:
    """What was odd at the start, once the model has shown that it does not learn."""
    if len(history.losses) < _PATIENCE or history.has_learned() or not history.knows_progress():
        return
    # A scale harms from the start, and those who get over it do so soon; the others need the model to be no better
    # than a guess for as long as labels do that do not belong to their inputs.
    doubts = [doubt for doubt in history.doubts.values() if not is_slight(doubt)]
    yield from (doubt for doubt in doubts if doubt.rule in _SCALES)
    if len(history.losses) >= patience:
        # Large weights take their time to come down, a divergence to pay: as long as the loss falls, they may.
        slow = () if history.is_flat() or history.has_settled() else ("weights.scale", "loss.mixed_reductions")
        yield from (doubt for doubt in doubts if doubt.rule not in slow)


def _rate_too_high(history: History) -> Iterator[Symptom]:
    over = [value for value in history.largest_updates[-_LATEST:] if value > _TOO_HIGH]
    is_thrown = len(over) >= 2 and history.was_thrown_off()
    is_stuck = len(over) >= _SAMPLES and len(history.losses) >= _PATIENCE and not history.has_learned()
    # From where the first steps have thrown it a loss may well fall, back to that of a guess.
    is_back = history.is_guessing() and any(is_unusual(group) for group in history.groups)
    if is_thrown or (is_stuck and may_be_the_rate(history) and (is_back or not history.has_fallen(_NOT_FALLEN))):
        median = float(np.median(over))
        yield from explain_fast_steps(
            history, median, _TOO_HIGH,
            f"steps change a weight by {median:.2g} times its size, and the loss is the worse for it: "
            f"{history.losses[0]:.4g} at first, up to {history.most_loss:.4g}, {history.recent_loss():.4g} by then",
        )  # fmt: skip


def _rate_too_low(history: History) -> Iterator[Symptom]:
    samples = [sample for sample in history.sampled[-2 * _SAMPLES :] if sample.updates]
    if len(samples) < 2 * _SAMPLES or history.is_warming_up() or history.has_learned():
        return
    # What falls while no weight moves falls by chance: some batches are easier.
    if history.has_fallen(0.98) and history.movement() > _UNMOVED:
        return
    largest = [max(sample.updates.values()) for sample in samples]
    moved = [value for value in largest if value >= _TOO_LOW]
    # A rate of 0 is none that could be raised ten times: whoever set it says so.
    has_rate = any(sample.learning_rate > 0 for sample in samples)
    if not moved and has_rate and any(max(sample.gradients.values(), default=0.0) > 0 for sample in samples):
        yield from explain_slow_steps(
            history, "optimizer.rate_too_low", max(largest), _TOO_LOW,
            f"no step changes a weight by more than {max(largest):.2g} times its size, and the loss stays at "
            f"{history.recent_loss():.4g}",
        )  # fmt: skip


def _large_weights(history: History) -> Iterator[Symptom]:
    if history.kind not in ("cross_entropy", "nll", "bce_logits") or len(history.sampled) < _CHECKS:
        return
    known, start = history.relative[:_LATEST], history.sampled[0]
    # Where one class is rare a guess loses little, and a fresh model, which holds all for as likely, many times that.
    is_fresh = start.plain_loss is not None and start.even_loss is not None and start.plain_loss < 2 * start.even_loss
    if len(known) >= _CHECKS and known[0] > _FAR_OFF and min(known) > 0.95 and not is_fresh:
        first = next(iter(start.weights), LOSS).rpartition(".")[0]
        yield Symptom(
            "weights.scale", first or LOSS, known[0], _FAR_OFF,
            f"before the first step the loss is {known[0]:.3g} times that of a constant guess, and it stays above it",
        )  # fmt: skip


def _dead_activations(history: History) -> Iterator[Symptom]:
    for place in _places(history, lambda sample: sample.dead):
        shares = [sample.dead[place] for sample in history.sampled[-_CHECKS:] if place in sample.dead]
        for checks, least in ((5, 1.0), (_CHECKS, _DEAD)):
            recent = shares[-checks:]
            # Nine dead units of ten need do no harm: where progress is not known, only all of them are a fault.
            is_harmful = least == 1.0 or history.knows_progress()
            if len(recent) == checks and min(recent) >= least and is_harmful and not history.has_learned():
                yield Symptom(
                    "activation.dead", place, min(recent), least,
                    f"{min(recent):.0%} of the units give 0 for every sample of the batch, in each of {checks} checks",
                )  # fmt: skip
                return


def _saturated_activations(history: History) -> Iterator[Symptom]:
    if history.has_learned():
        return
    for place in _places(history, lambda sample: sample.saturated):
        recent = [one.saturated[place] for one in history.sampled[-_CHECKS:] if place in one.saturated]
        if len(recent) == _CHECKS and min(recent) > _SATURATED:
            yield Symptom(
                "activation.saturated", place, min(recent), _SATURATED,
                f"{min(recent):.0%} of what goes in lies beyond 5, where the activation is flat",
            )  # fmt: skip
            return


def _zero_gradients(history: History) -> Iterator[Symptom]:
    recent = history.sampled[-_ZERO_STEPS:]
    losses = history.losses[-_ZERO_STEPS:]
    if len(recent) < _ZERO_STEPS or len(losses) < _ZERO_STEPS:
        return
    if not any(one.weights for one in recent):
        return  # an optimizer of something else, such as the temperature of a soft actor-critic
    if len(history.losses) == _ZERO_STEPS and not any(losses) and not any(one.gradient_norm for one in recent):
        yield Symptom(
            "loss.nothing", LOSS, 0, 0,
            f"the loss and all gradients were exactly 0 at each of the first {_ZERO_STEPS} steps: it compares an "
            "output with itself, or with nothing",
        )  # fmt: skip
    if history.has_learned():
        return
    if max(sample.gradient_norm for sample in recent) == 0 and min(abs(loss) for loss in losses) > 1e-6:
        # Weights that are all 0, one behind the other, take each other's gradient away.
        nothing = [name for name, size in recent[-1].weights.items() if size == 0]
        first = nothing[0] if nothing else next(iter(history.sampled[0].gradients), LOSS)
        said = (
            f"all gradients were exactly 0 at {_ZERO_STEPS} steps looked at on end, while the loss is {losses[-1]:.4g}"
        )
        said += f", and {' and '.join(nothing[:2])} hold nothing but 0" if len(nothing) > 1 else ""
        yield Symptom("gradient.zero", first.rpartition(".")[0] or LOSS, 0, 0, said)


def _vanishing_gradients(history: History) -> Iterator[Symptom]:
    recent = history.sampled[-_CHECKS:]
    if len(recent) < _CHECKS or history.has_learned():
        return
    ratios = []
    for sample in recent:
        norms = list(sample.gradients.values())
        if len(norms) < 3 or not norms[-1] > 0:
            return
        ratios.append((norms[0] / norms[-1], norms[0]))
    if all(ratio < _VANISHED_RATIO and norm < _VANISHED for ratio, norm in ratios):
        first = next(iter(recent[-1].gradients)).rpartition(".")[0]
        worst = max(ratio for ratio, _ in ratios)
        yield Symptom(
            "gradient.vanishing", first, worst, _VANISHED_RATIO,
            f"the first layer's gradient is at most {worst:.1g} times the last layer's, in each of {_CHECKS} checks",
        )  # fmt: skip


def _diverging(history: History) -> Iterator[Symptom]:
    if len(history.losses) < 4 or history.has_learned():
        return
    start, now, steps = history.first_loss(), history.recent_loss(), len(history.losses)
    # Where it is known what a guess would cost, a loss that only rises need not rise that far.
    is_alike = not (history.has_drifted or history.has_moved or history.has_single_values)
    is_bad = (history.late_relative() or 0.0) > _FAR_WORSE_THAN_GUESS
    is_worse = steps >= FLAT_STEPS and is_alike and is_bad and history.is_guessing() and history.is_rising()
    if not (history.has_exploded() or is_worse):
        return
    if now <= start:  # an odd first or last step
        start, now = history.least_loss, history.recent_loss()
    sentence = f"the loss has grown from {start:.4g} to {now:.4g} in {steps} steps"
    if _is_fast(history) or has_much_momentum(history):
        yield from explain_fast_steps(history, now - start, 0, sentence)
        return
    # Nobody knows what a loss of an unknown kind should be: a policy's may grow as its critic learns.
    is_known = history.knows_progress()
    yield Symptom("loss.diverging" if is_known else "loss.growing", LOSS, now - start, 0, sentence)


def _is_fast(history: History) -> bool:
    """Whether one of the last steps looked at has changed a weight by a third of its size."""
    return max(history.largest_updates[-_CHECKS:], default=0.0) > _TOO_HIGH


def explains_nonfinite(history: History) -> Iterator[Symptom]:
    """Steps that went too far, where what came before the first number that is none shows it."""
    losses = [loss for loss in history.losses if np.isfinite(loss)]
    if not losses:
        return
    yield from check_endless_fall(history)
    # The last step looked at may lie far back: only a loss that has grown tells that it was the steps.
    grown = len(losses) > 1 and history.has_grown(5)
    if grown or (_is_fast(history) and (len(losses) < 4 or not history.has_fallen(0.95))):
        largest = max(history.largest_updates, default=0.0)
        yield from explain_fast_steps(
            history, largest, _TOO_HIGH,
            f"before that, the loss went from {losses[0]:.4g} to {losses[-1]:.4g}, and steps changed a weight by up to "
            f"{largest:.2g} times its size",
        )  # fmt: skip


def _swinging(history: History) -> Iterator[Symptom]:
    """A model that was good and got worse than a guess: its steps go too far, one after the other."""
    if len(history.relative) < _CHECKS or history.has_drifted or history.has_moved or min(history.relative[-3:]) <= 1:
        return
    # Means of five: where few samples are of one class, single batches swing by themselves.
    means = np.convolve(history.relative, np.ones(5) / 5, mode="valid")
    recent, best = float(means[-1]), float(means[:-1].min())
    if recent > _WORSE * best and recent > _WORSE_THAN_GUESS:
        yield from explain_fast_steps(
            history, recent, _WORSE_THAN_GUESS,
            f"the loss was {as_share(best)} that of the best constant guess and has risen to {as_share(recent)} it",
        )  # fmt: skip


def _places(history: History, shares: Callable[[SampledStep], object]) -> list[str]:
    latest = shares(history.sampled[-1]) if history.sampled else {}
    # Nearest the loss first, as the graph was walked: the cause is the one that the data passes first.
    return list(reversed(list(latest)))  # type: ignore[call-overload]
