"""Inputs that are mixed of two samples, and a loss that gives each one's share to the other's label.

Of two cross-entropies on the same outputs, whose shares sum to 1 and change from step to step, a model that learns
makes the one smaller that counts more at the step: most of what it sees is of that sample. Where the other one is
smaller time and again, the shares are exchanged.

Source: the loss of mixup, Zhang et al. 2018 ("mixup: Beyond Empirical Risk Minimization"), equation 1.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_SUM, _APART = 1e-3, 0.2
# So many looks at shares that lie apart, nearly all of which have to say the same.
_LOOKS, _NEARLY_ALL, _MORE = 8, 0.9, 1.1


class ExchangedShares:
    """Of the looks so far: by how much the larger share's loss lay above the other's, and the shares."""

    def __init__(self) -> None:
        self._larger: list[float] = []
        self._smaller: list[float] = []
        self._shares: set[float] = set()
        self._is_over = False

    def look(self, loss: Tensor, terms: Sequence[LossTerm]) -> Iterator[Symptom]:
        """A symptom once the larger share's loss has been the larger one at nearly all of the looks."""
        if self._is_over or len(terms) != 2:
            return
        pair = [(_share(loss, term), _mean_loss(term)) for term in terms]
        known = [(share, value) for share, value in pair if share is not None and value is not None]
        if len(known) < 2 or terms[0].source is not terms[1].source or abs(known[0][0] + known[1][0] - 1) > _SUM:
            self._is_over = True
            return
        (most, larger), (least, smaller) = sorted(known, reverse=True)
        if most - least < _APART or not least > 0:
            return
        self._shares.add(round(most, 3))
        self._larger.append(larger)
        self._smaller.append(smaller)
        recent = list(zip(self._larger[-_LOOKS:], self._smaller[-_LOOKS:], strict=True))
        if len(recent) < _LOOKS or len(self._shares) < _LOOKS // 2:
            return
        over = sum(one for one, _ in recent) / max(sum(other for _, other in recent), 1e-12)
        if sum(one > other for one, other in recent) >= _NEARLY_ALL * _LOOKS and over > _MORE:
            self._is_over = True
            yield Symptom(
                "loss.exchanged_shares", LOSS, over, 1,
                "of two cross-entropies that share the loss, the one with the larger share is the larger one at "
                f"{_LOOKS} looks on end, {over:.2g} times the other on average: each sample's share goes to the "
                "other's label",
            )  # fmt: skip


def _share(loss: Tensor, term: LossTerm) -> float | None:
    """How much a term that is a single number counts in ``loss``."""
    if term.node is None or term.kind != "cross_entropy":
        return None
    try:
        (gradient,) = torch.autograd.grad(loss, [GradientEdge(term.node, 0)], retain_graph=True, allow_unused=True)
    except RuntimeError:
        return None
    return float(gradient) if gradient is not None and gradient.numel() == 1 else None


def _mean_loss(term: LossTerm) -> float | None:
    logs, target = term.prediction, term.target
    if (
        logs is None
        or target is None
        or logs.dim() != 2
        or target.shape != logs.shape[:1]
        or target.is_floating_point()
    ):
        return None
    chosen = logs.float().gather(1, target.clamp(0, logs.shape[1] - 1)[:, None])
    return float(-chosen.mean())
