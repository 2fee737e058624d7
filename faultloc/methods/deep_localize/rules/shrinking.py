"""Weights that are drawn to zero faster than the loss can form them: by weight decay, or by a penalty in the loss."""

from collections.abc import Iterator

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS, OPTIMIZER
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.optimizer_groups import Group

_FEWEST, _SHRUNK, _ALL_SHRUNK = 6, 0.6, 0.05
_RIVALS, _USUAL = 0.5, 1e-3
_OF_THE_LOSS, _NO_LESS = 0.5, 0.9
# Steps in which a decay alone would take a weight down to a third; of a usual one 10,000 and more.
_FAST_DECAY = 400


def check_shrinking(history: History) -> Iterator[Symptom]:
    """A decay or a penalty that rules, where the model does not learn; weights of all layers that are gone."""
    shares = _shares(history) if len(history.sampled) >= _FEWEST else {}
    if not shares:
        return
    least = min(shares.values())
    penalty = _penalty(history)
    if penalty is not None and float(np.median(list(shares.values()))) < _SHRUNK and not _decays(history):
        yield Symptom(
            "loss.penalty", LOSS, penalty, _OF_THE_LOSS,
            f"at first {penalty:.0%} of the loss came from a term that is not the error against the targets, weights "
            f"have shrunk to {least:.0%} of their size, and that error has not become smaller",
        )  # fmt: skip
        return
    if history.has_learned():
        return
    decaying = [group for group in history.groups if _rules(group, history)]
    most = max(decaying, key=lambda group: group.weight_decay, default=None)
    if most is not None and least < _SHRUNK:
        gone = [name for name, share in shares.items() if share < _SHRUNK]
        yield Symptom(
            "optimizer.weight_decay", OPTIMIZER, most.weight_decay, 0,
            f"weight_decay={most.weight_decay:g} in {most.text} is stronger than the gradients of the loss: "
            f"{len(gone)} of {len(shares)} weights have shrunk, {gone[0]} to {shares[gone[0]]:.0%} of its size, and "
            "the model does not learn",
        )  # fmt: skip
        return
    if len(history.sampled) >= 10 and max(shares.values()) < _ALL_SHRUNK:
        yield Symptom(
            "optimizer.weight_decay", OPTIMIZER, max(shares.values()), _ALL_SHRUNK,
            f"all weights have shrunk, to {max(shares.values()):.2g} of their size or less, and the model does not "
            "learn",
        )  # fmt: skip


def _shares(history: History) -> dict[str, float]:
    """What is left of each weight's norm."""
    first, last = history.sampled[0].weights, history.sampled[-1].weights
    return {name: last[name] / before for name, before in first.items() if name in last and before > 0}


def _decays(history: History) -> bool:
    return any(_rules(group, history) for group in history.groups)


def _rules(group: Group, history: History) -> bool:
    """Whether a group's decay outweighs the gradients of its weights."""
    if group.weight_decay <= 0:
        return False
    last = history.sampled[-1]
    # All steps of a gradient, and of the decay in it, come to this much with the momentum.
    pace = group.rate if group.is_decoupled or group.is_adaptive else group.rate / (1 - min(group.momentum or 0, 0.99))
    is_fast = group.weight_decay * pace * _FAST_DECAY > 1
    if group.is_decoupled:
        return is_fast
    pulls = [
        group.weight_decay * last.weights[name] / max(last.gradients[name], 1e-30)
        for name in group.names
        if name in last.weights and name in last.gradients
    ]
    # Once the weights are gone, their decay is small as well: what counts is also how fast they went. A usual decay
    # that outweighs the gradients says that these have vanished.
    outweighs = bool(pulls) and float(np.median(pulls)) > _RIVALS and group.weight_decay > _USUAL
    return (is_fast and not group.is_adaptive) or outweighs


def _penalty(history: History) -> float | None:
    """The share of the first loss that is not the error against the targets; None where there is no such term."""
    first = history.sampled[0]
    if first.loss is None or first.plain_loss is None or first.loss <= 0:
        return None
    share = 1 - first.plain_loss / first.loss
    last = history.sampled[-1]
    if share < _OF_THE_LOSS or last.loss is None or last.plain_loss is None:
        return None
    plain = [sample.plain_loss for sample in history.sampled if sample.plain_loss is not None]
    if float(np.mean(plain[-3:])) < _NO_LESS * float(np.mean(plain[:3])):
        return None
    # A sum is a constant number of times the mean; a penalty shrinks with the weights.
    return share if last.loss / max(last.plain_loss, 1e-12) < 0.8 * first.loss / first.plain_loss else None
