"""Why steps go too far: by the learning rate only where it is an unusual one, or where nothing else explains them.

A step is long because the rate is, or because gradients are: those of unscaled inputs or targets, of large initial
weights, of a loss that is summed, of a recurrence; or because momentum, weight decay or the schedule make it so.
"""

from collections.abc import Iterator

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS, OPTIMIZER
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.layer_trace import owner_of
from faultloc.methods.deep_localize.hooks.optimizer_groups import Group

# Rates above these are unusual. Of SGD: what all steps of a gradient come to, with the momentum.
_USUAL_RATE = {"SGD": 2.0, "Adagrad": 0.5, "Adadelta": 5.0, "LBFGS": 2.0, "Rprop": 0.5}
_USUAL_OF_ADAPTIVE = 0.02
_MUCH_MOMENTUM = 0.98
_SUMMED, _SUMMED_SAMPLES, _SAME = 8, 2, 0.05
_RISEN = 30
_SWINGS, _LONG_ENOUGH, _SWUNG, _NOT_GOOD = 10, 60, 1.4, 0.75
_SPIKES, _FEWEST_NORMS = 30, 6
_FAR_APART, _SLIGHT = 30, 100
# A rate of plain steps from which on targets of deviation 10 to 100 are too much for it, and not it for them.
_FREE = 0.1
_SCALES = ("input.sentinel", "input.column", "input.scale", "target.scale", "target.outliers", "weights.scale")


def explain_fast_steps(
    history: History, value: float, threshold: float, sentence: str, *, is_certain: bool = True
) -> Iterator[Symptom]:
    """The likeliest cause of steps that go too far, of which ``value``, ``threshold`` and ``sentence`` tell."""
    evidence = {"learning_rate": history.sampled[-1].learning_rate if history.sampled else 0.0}
    cause = _of_the_optimizer(history, sentence)
    if cause is not None:
        yield cause
        return
    high = [group for group in history.groups if is_unusual(group)]
    if not high:
        known = [history.doubts[rule] for rule in _SCALES if rule in history.doubts]
        known = [doubt for doubt in known if _explains(doubt, history)]
        cause = next(iter(known), None) or _summed(history, sentence) or _spikes(history, sentence)
        if cause is not None:
            yield cause
            return
    if len(history.groups) > 1 and high and len(high) < len(history.groups):
        low = min(group.rate for group in history.groups)
        if high[0].rate > _FAR_APART * low > 0:
            sentence += f"; the learning rate of {high[0].text} is {high[0].rate:.2g}, elsewhere {low:.2g}"
    is_known = is_certain and (bool(high) or not history.groups)
    rule = "optimizer.rate_too_high" if is_known else "optimizer.unstable"
    yield Symptom(rule, OPTIMIZER, value, threshold, sentence, evidence)


def has_much_momentum(history: History) -> bool:
    """Whether a group's momentum is such that steps add up for longer than fifty."""
    return any(group.momentum is not None and group.momentum >= _MUCH_MOMENTUM for group in history.groups)


def check_momentum(history: History) -> Iterator[Symptom]:
    """Much momentum, with a loss that was low and has swung up again."""
    if not has_much_momentum(history) or len(history.relative) < _SWINGS or len(history.losses) < _LONG_ENOUGH:
        return
    means = [float(np.mean(history.relative[start : start + 3])) for start in range(len(history.relative) - 2)]
    now, best = float(np.mean(history.relative[-5:])), min(means)
    if now > _SWUNG * best and now > _NOT_GOOD:
        sentence = f"the loss was {best:.0%} of that of the best constant guess and has swung back to {now:.0%}"
        cause = _of_the_optimizer(history, sentence)
        if cause is not None:
            yield cause


def is_slight(doubt: Symptom) -> bool:
    """Whether ``doubt`` explains steps that go too far, and not that a model learns nothing."""
    return doubt.rule == "target.scale" and doubt.value < _SLIGHT


def _explains(doubt: Symptom, history: History) -> bool:
    """Whether ``doubt`` makes steps longer: tiny inputs do not, and targets of some size only at a modest rate."""
    if doubt.rule == "target.scale" and is_slight(doubt):
        return all(group.is_adaptive or group.rate < _FREE for group in history.groups)
    return doubt.rule != "input.scale" or doubt.value > 1


def is_unusual(group: Group) -> bool:
    """Whether a group's learning rate is higher than one finds in trainings that work."""
    if group.is_adaptive and group.optimizer not in _USUAL_RATE:
        return group.rate > _USUAL_OF_ADAPTIVE
    momentum = min(group.momentum or 0.0, 0.95)
    return group.rate / (1 - momentum) > _USUAL_RATE.get(group.optimizer, 1.0)


def may_be_the_rate(history: History) -> bool:
    """Whether a loss that does not fall tells of steps that are too long: where it is known what a guess would lose.

    Elsewhere, and where targets move, it may rise with the returns of a policy, and layers that begin at almost nothing
    take long steps at first: then only an unusual rate tells.
    """
    is_known = history.knows_progress() and not history.has_moved
    return is_known or not history.groups or any(is_unusual(group) for group in history.groups)


def _of_the_optimizer(history: History, sentence: str) -> Symptom | None:
    """What an optimizer or its schedule is set to that explains it better than the rate itself."""
    for group in history.groups:
        if group.momentum is not None and group.momentum >= _MUCH_MOMENTUM:
            return Symptom(
                "optimizer.momentum", OPTIMIZER, group.momentum, _MUCH_MOMENTUM,
                f"with a momentum of {group.momentum:g} a step is the sum of about "
                f"{1 / max(1 - group.momentum, 1e-6):.0f} gradients, which swing past their aim: {sentence}",
            )  # fmt: skip
        if not group.is_adaptive and group.weight_decay * group.rate >= 1:
            return Symptom(
                "optimizer.weight_decay", OPTIMIZER, group.weight_decay, 1 / group.rate,
                f"weight_decay {group.weight_decay:g} times the learning rate {group.rate:g} is more than a whole "
                f"weight: {sentence}",
            )  # fmt: skip
    rates = [sample.learning_rate for sample in history.sampled if sample.learning_rate > 0]
    if len(rates) > 5 and rates[-1] > _RISEN * rates[0] and rates[-1] == max(rates):
        return Symptom(
            "optimizer.rate_rises", OPTIMIZER, rates[-1], rates[0],
            f"the learning rate has risen from {rates[0]:.2g} to {rates[-1]:.2g} by step {history.sampled[-1].step}: "
            f"{sentence}",
        )  # fmt: skip
    return None


def _summed(history: History, sentence: str) -> Symptom | None:
    """A loss that is many times the mean over its samples, where the length of a step depends on it."""
    if not history.groups or any(group.is_adaptive for group in history.groups):
        return None
    ratios = [
        sample.loss / sample.plain_loss
        for sample in history.sampled
        if sample.loss is not None and sample.plain_loss is not None and sample.plain_loss > 1e-9
    ]
    if len(ratios) < _SUMMED_SAMPLES or not np.isfinite(ratios).all():
        return None
    middle = float(np.median(ratios))
    if middle < _SUMMED or np.mean(np.abs(np.array(ratios) / middle - 1) < _SAME) < 0.5:
        return None
    return Symptom(
        "loss.summed", LOSS, middle, 1,
        f"the loss, and each gradient with it, is {middle:.4g} times the mean over the batch, as of a sum: {sentence}",
    )  # fmt: skip


def _spikes(history: History, sentence: str) -> Symptom | None:
    """Gradients of a recurrent layer that are now and then many times what they are otherwise."""
    layer = next((owner_of(name) for group in history.groups for name in group.names if "weight_hh" in name), None)
    norms = [sample.gradient_norm for sample in history.sampled]
    if layer is None or len(norms) < _FEWEST_NORMS:
        return None
    most, middle = max(norms), float(np.median(norms))
    if not 0 < middle * _SPIKES < most:
        return None
    return Symptom(
        "gradient.exploding", layer, most, middle,
        f"the norm of all gradients is {middle:.2g} at most steps and up to {most:.2g} at others, as of a recurrence "
        f"whose gradients explode: {sentence}",
    )  # fmt: skip
