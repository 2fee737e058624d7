"""Scores that are similarities of embeddings: too narrow for the loss, too wide, or compared with the wrong column.

A cross-entropy over similarities in the batch has the sample's own partner on the diagonal, and takes cosines divided
by a small temperature: multiplied by it, all scores are nearly the same, and the loss stays near a guess's.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_UNIT, _MOST_STEPS, _FEWEST_ROWS = 1e-2, 12, 4
# The share of a guess's loss that the best scores could take away, and by how much a first loss is far above a guess.
_LITTLE, _FAR_ABOVE, _SHARP = 0.3, 3.0, 4.0
_ROUNDING, _NEARLY_ALL = 1e-3, 0.99


@dataclass(frozen=True)
class _Scores:
    """A table of products of ``rows`` and ``columns`` (both row by row), times ``factor``."""

    rows: Tensor
    columns: Tensor
    factor: float
    have_history: bool

    @property
    def are_cosines(self) -> bool:
        return all(bool((one.norm(dim=1) - 1).abs().max() < _UNIT) for one in (self.rows, self.columns))


def check_similarity_scores(nodes: Sequence[Node]) -> Iterator[Symptom]:
    """What is wrong with the first cross-entropy over similarities among ``nodes`` of a loss."""
    for node in nodes:
        behind = past_shaping(next(iter(children(node)), None)) if operation(node).startswith("NllLoss") else None
        scores = _scores_of(behind) if behind is not None and operation(behind) == "LogSoftmax" else None
        target, logs = saved(node, "target"), saved(node, "self")
        if scores is None or target is None or logs is None or logs.dim() != 2 or len(logs) < _FEWEST_ROWS:
            continue
        symptom = (
            _own_column(scores, target, logs)
            or _columns(scores, target, logs)
            or _narrow(scores, logs)
            or _wide(scores, target, logs)
        )
        if symptom is not None:
            yield symptom
            return


def _scores_of(softmax: Node) -> _Scores | None:
    """The products that a softmax is taken of, past scaling, masks and shaping."""
    factor, node = 1.0, past_shaping(next(iter(children(softmax)), None))
    for _ in range(_MOST_STEPS):
        if node is None:
            return None
        name = operation(node)
        if name == "Mm":
            rows, columns = saved(node, "self"), saved(node, "mat2")
            # Where a side is a constant, the other's values are not kept.
            if rows is None or columns is None or rows.dim() != 2:
                return None
            return _Scores(rows.float(), columns.float().t(), factor, _is_computed(sides_of(node)))
        first, second = sides_of(node)
        if name in ("Mul", "Div") and (first is None) != (second is None):
            scalar = saved(node, "other" if first is not None else "self")
            if scalar is None or scalar.numel() != 1 or (name == "Div" and first is None):
                return None
            value = abs(float(scalar))
            if not value > 0:
                return None
            factor = factor * value if name == "Mul" else factor / value
        elif name not in ("MaskedFill", "Where", "Sub", "Add") or (first is not None) + (second is not None) != 1:
            return None
        node = past_shaping(first if first is not None else second)
    return None


def _is_computed(sides: Sequence[Node | None]) -> bool:
    """Whether both factors come from layers, and none is a weight."""
    for side in sides:
        behind = past_shaping(side)
        if behind is None or hasattr(behind, "variable"):
            return False
    return True


def _own_column(scores: _Scores, target: Tensor, logs: Tensor) -> Symptom | None:
    """A table of embeddings with themselves, in which each one's likeness to itself stands among the wrong answers."""
    count = len(logs)
    if logs.shape != (count, count) or target.shape != (count,) or not torch.equal(scores.rows, scores.columns):
        return None
    own = torch.arange(count, device=target.device)
    if not scores.are_cosines or bool((target == own).any()):
        return None
    highest = float((logs.diagonal() >= logs.max(1).values - _ROUNDING).float().mean())
    if highest < _NEARLY_ALL:
        return None
    return Symptom(
        "loss.own_column", LOSS, highest, 0,
        f"each of {count} embeddings is compared with all {count}, itself among them, whose cosine is 1, as a wrong "
        "answer: no partner can be more alike",
    )  # fmt: skip


def _columns(scores: _Scores, target: Tensor, logs: Tensor) -> Symptom | None:
    """Targets that come again and again in a square table of the batch with itself."""
    count = len(logs)
    if not scores.have_history or logs.shape[1] != count or target.shape != (count,):
        return None
    distinct = len(torch.unique(target))
    if distinct > count // 2:
        return None
    return Symptom(
        "labels.not_diagonal", LABELS, distinct, count,
        f"each of {count} samples is compared with all {count} in the batch, and the columns that should be right are "
        f"only {distinct} different ones: they are no numbers of samples in the batch",
    )  # fmt: skip


def _narrow(scores: _Scores, logs: Tensor) -> Symptom | None:
    """Cosines times a factor that leaves no room for any answer to be sure."""
    classes = logs.shape[1]
    guess = math.log(classes)
    best = math.log1p((classes - 1) * math.exp(-2 * min(scores.factor, 50.0)))
    if classes < 3 or scores.factor >= 1 or guess - best > _LITTLE * guess or not scores.are_cosines:
        return None
    return Symptom(
        "loss.narrow_scores", LOSS, scores.factor, 1,
        f"the scores are cosines times {scores.factor:.2g}, and lie between -{scores.factor:.2g} and "
        f"{scores.factor:.2g}: with {classes} columns the loss cannot get under {best:.3g}, and a guess has "
        f"{guess:.3g}",
    )  # fmt: skip


def _wide(scores: _Scores, target: Tensor, logs: Tensor) -> Symptom | None:
    """Products of embeddings of any length divided by a temperature that is meant for cosines."""
    if scores.factor < _SHARP or scores.are_cosines or target.shape != (len(logs),):
        return None
    loss = float(-logs.gather(1, target.clamp_min(0)[:, None]).mean())
    guess = math.log(max(2, logs.shape[1]))
    if not loss > _FAR_ABOVE * guess:
        return None
    length = float(scores.rows.norm(dim=1).median())
    return Symptom(
        "loss.not_normalised", LOSS, length, 1,
        f"products of embeddings are multiplied by {scores.factor:.3g}, as cosines are, and the embeddings are of "
        f"length {length:.2g}: at first the loss is {loss / guess:.2g} times that of a guess",
    )  # fmt: skip
