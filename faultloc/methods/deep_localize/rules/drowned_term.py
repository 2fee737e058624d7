"""Several losses added up, of which one is a hundred times all others, since its targets are not scaled."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_LOOKS, _SHARE, _SPREAD = 8, 0.99, 10.0


class DrownedTerm:
    """In how many looks on end a regression of unscaled targets has been nearly all of a sum of losses."""

    def __init__(self) -> None:
        self._looks = 0
        self._is_over = False

    def look(self, loss: Tensor, terms: Sequence[LossTerm]) -> Iterator[Symptom]:
        """A symptom at the eighth such look: what the others are to teach is lost beside it."""
        if self._is_over or len(terms) < 2 or loss.numel() != 1:
            return
        largest = max((_part(loss, term) for term in terms), default=(0.0, 0.0))
        share, spread = largest[0] / max(abs(float(loss.detach())), 1e-12), largest[1]
        if not _SHARE < share <= 1 + 1e-3 or spread < _SPREAD:
            self._is_over = True
            return
        self._looks += 1
        if self._looks == _LOOKS:
            self._is_over = True
            yield Symptom(
                "target.scale", LABELS, spread, _SPREAD,
                f"of {len(terms)} losses that are added, the regression whose targets lie {spread:.4g} from their mean "
                f"(standard deviation) is more than {_SHARE:.0%} at {_LOOKS} looks on end: the others train nothing",
            )  # fmt: skip


def _part(loss: Tensor, term: LossTerm) -> tuple[float, float]:
    """What a squared error adds to the loss, and its targets' deviation; 0 for both of other terms."""
    if term.kind != "squared" or term.node is None or term.prediction is None or term.target is None:
        return 0.0, 0.0
    if term.prediction.shape != term.target.shape or term.target.numel() < 2:
        return 0.0, 0.0
    try:
        (gradient,) = torch.autograd.grad(loss, [GradientEdge(term.node, 0)], retain_graph=True, allow_unused=True)
    except RuntimeError:
        return 0.0, 0.0
    if gradient is None or gradient.numel() != 1:
        return 0.0, 0.0
    error = (term.prediction.float() - term.target.float()).square().mean()
    return float(gradient) * float(error), float(term.target.float().std())
