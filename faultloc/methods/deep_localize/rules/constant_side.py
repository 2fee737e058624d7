"""An equation of derivatives, one of which is a mere number: the model is trained as if it were a constant.

``torch.autograd.grad`` gives numbers without a history unless it is told ``create_graph=True``. Where such a derivative
of what is trained stands beside terms that have a history, the loss is the right one and its gradient is not. No node
of the graph tells where numbers come from, so the sides are told by their values: what the loss squares is, to
rounding, a sum of the derivative and of what else is known at the same points, and is no such sum without it.

Source: Raissi, Perdikaris and Karniadakis, "Physics-informed neural networks", Journal of Computational Physics 2019,
whose residuals are meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of, operation, saved, walk
from faultloc.methods.deep_localize.hooks.taken_gradients import TakenGradients

_MOST_NODES, _MOST_COLUMNS = 4000, 4
# The share of what is squared that a sum found in the step before leaves open, and the best sum without numbers beside
# it: smooth functions are like one another, so that sums of enough of them come close, but not to rounding nor again.
_EXACT, _TIMES_WITHOUT = 1e-4, 30
# So many points a column tell a sum from one that fits anything.
_POINTS_A_COLUMN = 2


@dataclass(frozen=True)
class _Equation:
    """What is squared at each point, and the columns that it may be a sum of: ``known`` ones, and those of numbers."""

    squared: Tensor
    known: Tensor
    numbers: Tensor

    @property
    def whole(self) -> Tensor:
        """All columns."""
        return torch.cat([self.known, self.numbers], dim=1)

    def holds(self, weights: Tensor) -> bool:
        """Whether the sum with ``weights`` is exact, and no sum without numbers comes near."""
        if len(weights) != self.whole.shape[1]:
            return False
        exact = _left_open(self.whole @ weights, self.squared)
        if exact >= _EXACT:
            return False
        without = self.known @ _fitted(self.known, self.squared)
        return _left_open(without, self.squared) > _TIMES_WITHOUT * exact


class ConstantSide:
    """The sums that the step looked at before has suggested."""

    def __init__(self) -> None:
        self._suggested: list[Tensor] = []
        self._is_over = False

    def look(self, loss: Tensor, outputs: Sequence[Tensor], taken: TakenGradients) -> Iterator[Symptom]:
        """A symptom where a sum of the step before holds again, to rounding."""
        if self._is_over or not taken.numbers:
            return
        equations = list(_equations(loss, outputs, taken))
        pairs = zip(equations, self._suggested, strict=False)
        self._is_over = any(equation.holds(weights) for equation, weights in pairs)
        self._suggested = [_fitted(equation.whole, equation.squared) for equation in equations]
        if self._is_over:
            yield Symptom(
                "loss.constant_penalty", LOSS, 0, 1,
                "a derivative in what the loss squares was taken as numbers, without a history: it changes the loss, "
                "and the model is trained as if it were a constant",
            )  # fmt: skip


def _equations(loss: Tensor, outputs: Sequence[Tensor], taken: TakenGradients) -> Iterator[_Equation]:
    """Of each column that is squared a linear equation, and one with powers and products as well.

    The weights of the first are certain where it is the right one: of many smooth columns several sums are as exact.
    """
    points = {one.data_ptr(): one for one in taken.points}
    beside = [*taken.with_history, *points.values()]
    trained = {id(leaf) for leaf in leaves_of(loss) if isinstance(leaf, nn.Parameter)}
    numbers = [(_behind(node), one) for node, one in taken.numbers]
    # Those of a teacher are a target like any other.
    numbers = [(nodes, one) for nodes, one in numbers if any(id(_leaf(node)) in trained for node in nodes)]
    # A model may return such a number itself.
    returned = {one.data_ptr() for _, one in numbers}
    outputs = [one for one in outputs if one.data_ptr() not in returned]
    for squared_by, squared in _squared(loss) if numbers else ():
        rows = len(squared)
        # What is a derivative of the loss itself is made of what is squared, and not the other way round.
        parts = [one for nodes, one in numbers if squared_by not in nodes]
        said, known, counted = (_columns(several, rows) for several in (outputs, beside, parts))
        linear = [torch.ones(rows, dtype=torch.float64), *said, *known]
        bent = [made for one in said for made in (one.square(), one**3, one.sin())]
        bent += [one * other for one in said for other in known]
        products = [one * other for one in said for other in counted]
        for others, of_numbers in ((linear, counted), ([*linear, *bent], [*counted, *products])):
            if counted and rows >= _POINTS_A_COLUMN * (len(others) + len(of_numbers)):
                for column in _columns([squared], rows):
                    yield _Equation(column, torch.stack(others, 1), torch.stack(of_numbers, 1))


def _fitted(columns: Tensor, target: Tensor) -> Tensor:
    """The weights of the sum of ``columns`` that comes closest."""
    scale = columns.norm(dim=0).clamp_min(1e-30)
    return torch.linalg.lstsq(columns / scale, target[:, None], driver="gelsd").solution[:, 0] / scale


def _left_open(said: Tensor, target: Tensor) -> float:
    """The share of ``target``'s size by which ``said`` misses it."""
    return float((target - said).norm() / target.norm().clamp_min(1e-30))


def _behind(node: Node) -> set[Node]:
    return {one for one, _ in walk(node, most=_MOST_NODES)}


def _leaf(node: Node) -> Tensor | None:
    return getattr(node, "variable", None)


def _squared(loss: Tensor) -> Iterator[tuple[Node, Tensor]]:
    """What the loss squares, or compares with zeros, and the node that does; what it compares with else is a target."""
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        name, found = operation(node), saved(node, "self")
        if found is None or found.dim() not in (1, 2) or found.numel() < _MOST_COLUMNS:
            continue
        if name == "Pow":
            is_squared = getattr(node, "_saved_exponent", 0) == 2
        elif name in ("Mul", "MseLoss", "SmoothL1Loss", "HuberLoss"):
            other = saved(node, "other" if name == "Mul" else "target")
            is_squared = other is not None and (
                other.data_ptr() == found.data_ptr() if name == "Mul" else not other.any()
            )
        else:
            continue
        if is_squared:
            yield node, found


def _columns(several: Sequence[Tensor], rows: int) -> list[Tensor]:
    """The columns of those that have so many ``rows`` and few columns."""
    fitting = (
        one.detach().double().cpu().reshape(rows, -1) for one in several if one.dim() in (1, 2) and len(one) == rows
    )
    return [column for one in fitting if one.shape[1] <= _MOST_COLUMNS for column in one.unbind(1)]
