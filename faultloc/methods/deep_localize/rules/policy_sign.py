"""A policy that is made to do less of what gave more: than its critic expected, or by what its weights are called."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import operation
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.loop_names import batches_of_the_loop, words_of
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.rules.attached_targets import log_probability, past_scale

_FEWEST, _ALIKE, _LOOKS = 4, 0.95, 3
# What a loop calls what is the better the more of it there is, and what is the worse.
_GAINS = frozenset({"reward", "rewards", "return", "returns", "ret", "rets", "advantage", "advantages", "adv", "gains"})
_COSTS = frozenset({"cost", "costs", "penalty", "penalties", "regret", "regrets", "loss", "losses", "negative", "neg"})


class PolicySign:
    """What actions are weighed by, and by how much the critic's targets lie above its answers, in the same step.

    Whether a weight is a reward or a cost is in no graph. Where the critic of the same run fits returns, and the
    weights go with what these are above its answers, they are advantages. Without a critic the name of the variable
    that they are, or go with, tells: ``returns``, ``advantage``, and no ``costs`` anywhere beside them.
    """

    def __init__(self) -> None:
        self._policy: tuple[Tensor, bool] | None = None
        self._above: Tensor | None = None
        self._wrong = self._wrong_by_name = 0

    def look(self, loss: Tensor, nodes: Sequence[Node], terms: Sequence[LossTerm]) -> Iterator[Symptom]:
        """A symptom once the third step in a row makes what was better than expected less likely."""
        for term in terms:
            if term.kind in ("squared", "absolute"):
                self._above = _above(term)
        for node in nodes:
            factor = constant_side(node) if operation(node) == "Mul" else None
            if factor is None or factor.numel() < _FEWEST:
                continue
            chosen = next((side for side in sides_of(node) if side is not None), None)
            if chosen is not None and log_probability(chosen) is not None:
                is_less = _makes_less_likely(loss, chosen, factor)
                self._policy = None if is_less is None else (factor.detach().float(), is_less)
                yield from self._by_name()
                break
        yield from self._verdict()

    def _by_name(self) -> Iterator[Symptom]:
        if self._policy is None:
            return
        weights, is_less = self._policy
        name = _name_of_gains(weights) if is_less else ""
        self._wrong_by_name = self._wrong_by_name + 1 if name else 0
        if self._wrong_by_name == _LOOKS:
            yield Symptom(
                "loss.policy_sign", LOSS, 1, 0,
                f"actions are made the less likely the more of `{name}` they bring: the sign of the policy's loss is "
                "the wrong way round",
            )  # fmt: skip

    def _verdict(self) -> Iterator[Symptom]:
        if self._policy is None or self._above is None:
            return
        (weights, is_less), above = (self._policy[0].flatten(), self._policy[1]), self._above
        if weights.shape != above.shape or not bool(weights.std() > 0) or not bool(above.std() > 0):
            return
        self._policy = self._above = None
        alike = float(torch.corrcoef(torch.stack([weights, above]))[0, 1])
        # Weights that go against the returns are their negatives, by which what is good becomes likelier.
        self._wrong = self._wrong + 1 if abs(alike) > _ALIKE and (alike > 0) == is_less else 0
        if self._wrong == _LOOKS:
            yield Symptom(
                "loss.policy_sign", LOSS, alike, 0,
                "actions whose return was above the critic's value are made less likely, those below it more likely: "
                "the sign of the policy's loss is the wrong way round",
            )  # fmt: skip


def _name_of_gains(weights: Tensor) -> str:
    """The variable that the weights are, or rise with; empty where there is none, or where costs are at hand."""
    # The loss of each action is no cost that it is weighed by.
    if any(words_of(name) & _COSTS for name in batches_of_the_loop(len(weights), with_history=False)):
        return ""
    for name, value in batches_of_the_loop(len(weights)).items():
        if words_of(name) & _GAINS and value.numel() == weights.numel() and bool(value.float().std() > 0):
            numbers = value.to(weights).flatten()
            alike = float(torch.corrcoef(torch.stack([weights.flatten(), numbers]))[0, 1])
            if alike > _ALIKE:
                return name
    return ""


def _above(term: LossTerm) -> Tensor | None:
    """Targets less answers, one number a sample."""
    if term.difference is not None:
        return -term.difference.detach().float().flatten()
    if term.prediction is None or term.target is None or term.prediction.shape != term.target.shape:
        return None
    return (term.target - term.prediction).detach().float().flatten()


def _makes_less_likely(loss: Tensor, chosen: Node, weights: Tensor) -> bool | None:
    """Whether a step makes what has a positive weight less likely; ``chosen`` gives what is multiplied by it."""
    root = past_scale(chosen)
    try:
        (gradient,) = torch.autograd.grad(loss, [GradientEdge(root, 0)], retain_graph=True, allow_unused=True)
    except RuntimeError:
        return None
    if gradient is None or gradient.shape != weights.shape:
        return None
    along = float((gradient * weights.to(gradient.dtype)).sum())
    return None if along == 0 else along > 0
