"""Embeddings that a loss compares: which are drawn together, which are pushed apart, and whether that fits.

For two outputs of one module in a step, the gradient of each points along the line between them where the loss compares
the two: towards the other one, or away from it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, first_tensor_in, tensors_in
from faultloc.methods.deep_localize.hooks.loss_graph import gradients_at
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.partners import check_partners

_MOST_ROWS, _FEWEST_ROWS, _MOST_LOOKS = 128, 6, 14
# A gradient points along a line between two embeddings if the cosine is that large, on average over the rows.
_ALONG, _NEARLY_ALL, _ALIKE = 0.6, 0.95, 0.7
_SURE_LOOKS, _FEWEST_PAIRS, _SIGMAS, _FURTHER = 4, 80, 5.0, 1.03
_PATIENCE, _COLLAPSED, _COLLAPSED_LOOKS, _FEWEST_STEPS = 0.6, 0.02, 3, 60
_SHRUNK = 0.15
_SUMS_TO_ZERO = 1e-4
_FEWEST_TOLD = 3


class Pairs:
    """What the looks so far have shown of embeddings that are compared."""

    def __init__(self) -> None:
        self._looks = self._pushes = self._collapses = 0
        self._together: list[Tensor] = []
        self._apart: list[Tensor] = []
        self._first_spread: float | None = None
        self._first_share = 0.0
        # Of each embedding, once its length is scaled away; and those of which only the direction counts.
        self._first_unit_spreads: list[float] = []
        self._directions_alone: list[int] = []
        self._are_compared = self._is_over = False
        # Whether no look has shown a pair that is pushed apart.
        self._draws_alone = True

    def look(
        self,
        loss: Tensor,
        terms: Sequence[LossTerm],
        calls: Sequence[ForwardCall],
        returned: Sequence[list[Tensor]],
        history: History,
        trace: LayerTrace,
    ) -> Iterator[Symptom]:
        """Symptoms of a backward pass that is about to run from ``loss``, a sum of ``terms`` as far as these are known;
        ``returned`` is what each call gave."""
        if self._is_over:
            return
        embeddings, inputs = _compared(calls, returned)
        own = {term.source for term in terms if term.source is not None}
        if len(embeddings) > 1 and all(one.grad_fn in own for one in embeddings):
            return  # each is compared with targets of its own, as those of an input and of its adversary
        if len(embeddings) < 2:
            self._looks += 1
            self._is_over = self._looks >= _SURE_LOOKS and self._first_spread is None
            return
        if _is_one_view(embeddings, inputs):
            self._is_over = True
            yield Symptom(
                "loss.same_view", LOSS, 1, 0,
                "the two embeddings that are compared are the same numbers, made of the same inputs by two calls: "
                "partners are alike before anything is learned, and no view differs from the other",
            )  # fmt: skip
            return
        if self._looks < _FEWEST_TOLD:
            yield from check_partners(terms, embeddings)
        yield from self._collapse(embeddings, inputs, history, trace)
        if self._looks < _MOST_LOOKS:
            self._looks += 1
            yield from self._directions(loss, embeddings, inputs, history)

    def _directions(
        self, loss: Tensor, embeddings: Sequence[Tensor], inputs: Sequence[Tensor], history: History
    ) -> Iterator[Symptom]:
        live = [one for one in embeddings if one.grad_fn is not None]
        gradients = {id(one): grad for one, grad in zip(live, gradients_at(loss, live), strict=True)}
        ways = [
            (first, second, way)
            for first, second in combinations(range(len(embeddings)), 2)
            if (way := way_moved(embeddings[first], embeddings[second], gradients)) is not None
        ]
        if not ways:
            return
        self._are_compared = True
        self._directions_alone = [i for i, one in enumerate(embeddings) if _is_sideways(one, gradients.get(id(one)))]
        moved = torch.cat([way[way != 0] for _, _, way in ways])
        if not len(moved):
            return
        share = float((moved < 0).float().mean())
        self._draws_alone &= share < 1 - _NEARLY_ALL
        is_pushed = share > _NEARLY_ALL and len(inputs) == 2 and _likeness(*inputs) < _ALIKE
        self._pushes = self._pushes + 1 if is_pushed else 0
        if self._pushes == _SURE_LOOKS:
            self._is_over = True
            yield Symptom(
                "loss.pushes_alike", LOSS, share, 0,
                "the embeddings of each sample and its partner, whose inputs are alike, are pushed apart by the "
                "loss, and nothing draws any together: its sign looks the wrong way round",
            )  # fmt: skip
            return
        if len(inputs) == len(embeddings):
            yield from self._exchanged(ways, inputs, history)

    def _exchanged(
        self, ways: Sequence[tuple[int, int, Tensor]], inputs: Sequence[Tensor], history: History
    ) -> Iterator[Symptom]:
        for first, second, way in ways:
            distance = _distances(inputs[first], inputs[second])
            self._together.append(distance[way > 0])
            self._apart.append(distance[way < 0])
        together, apart = torch.cat(self._together), torch.cat(self._apart)
        if min(len(together), len(apart)) < _FEWEST_PAIRS or len(history.losses) < _FEWEST_STEPS:
            return
        error = float((together.var() / len(together) + apart.var() / len(apart)).sqrt())
        difference = float(together.mean() - apart.mean())
        is_further = difference > _SIGMAS * error and float(together.mean()) > _FURTHER * float(apart.mean())
        if is_further and not history.has_fallen(_PATIENCE):
            self._is_over = True
            yield Symptom(
                "labels.pairs_exchanged", LABELS, float(together.mean()), float(apart.mean()),
                f"the inputs of pairs that the loss draws together lie {float(together.mean()):.3g} apart, those of "
                f"pairs that it pushes apart {float(apart.mean()):.3g}, and the loss does not fall: alike and "
                "different look exchanged",
            )  # fmt: skip

    def _collapse(
        self, embeddings: Sequence[Tensor], inputs: Sequence[Tensor], history: History, trace: LayerTrace
    ) -> Iterator[Symptom]:
        values = embeddings[0].detach().float()[:_MOST_ROWS]
        size = float(values.square().mean().sqrt())
        spread = float(values.std(0).square().mean().sqrt())
        if self._first_spread is None:
            self._first_spread, self._first_share = spread, spread / max(size, 1e-12)
        differ = bool(inputs) and bool((inputs[0] != inputs[0][:1]).any())
        is_small = spread < _COLLAPSED * self._first_spread or spread < 0.1 * _COLLAPSED * size
        # Where nothing pushes, there is nothing that could bring them apart again.
        is_shrinking = spread < _SHRUNK * self._first_spread and spread < _SHRUNK * self._first_share * size
        is_one_way = self._points_one_way(embeddings)
        is_small |= self._draws_alone and (is_shrinking or is_one_way)
        self._collapses = self._collapses + 1 if is_small and differ and self._are_compared else 0
        if self._collapses >= _COLLAPSED_LOOKS and len(history.losses) >= _FEWEST_STEPS:
            self._is_over = True
            seen = (
                "the embeddings of different samples, of which only the direction counts, all point the same way by now"
                if is_one_way
                else f"the embeddings of different samples lie {spread:.2g} from their mean (standard deviation), "
                f"where it was {self._first_spread:.2g} at first"
            )
            # A loss that pushes none apart is at fault itself.
            yield Symptom(
                "forward.collapsed", LOSS if self._draws_alone else trace.last or "model", spread, self._first_spread,
                f"{seen}: all samples have become one point", phase="loss" if self._draws_alone else "forward",
            )  # fmt: skip

    def _points_one_way(self, embeddings: Sequence[Tensor]) -> bool:
        """Whether what is compared by its cosine points the same way for all samples, however long it is."""
        units = [_unit_spread(one) for one in embeddings]
        self._first_unit_spreads = self._first_unit_spreads or units
        if len(units) != len(self._first_unit_spreads):
            return False
        shrunk = [now < _SHRUNK * before for now, before in zip(units, self._first_unit_spreads, strict=True)]
        return any(shrunk[one] for one in self._directions_alone if one < len(shrunk))


def _compared(calls: Sequence[ForwardCall], returned: Sequence[list[Tensor]]) -> tuple[list[Tensor], list[Tensor]]:
    """Embeddings of one shape (sample, feature) that one module gives in a step, and the inputs that they are of."""
    by_module: dict[int, list[int]] = {}
    for index, call in enumerate(calls):
        by_module.setdefault(id(call.module), []).append(index)
    most = max(by_module.values(), key=len, default=[])
    if len(most) > 1:
        outputs = [next((one for one in returned[index] if _is_embedding(one)), None) for index in most]
        given = [first_tensor_in(calls[index].given) for index in most]
        pairs = [(one, x) for one, x in zip(outputs, given, strict=True) if one is not None and x is not None]
        return _of_one_shape([one for one, _ in pairs], [x for _, x in pairs])
    if len(calls) != 1:
        return [], []
    inputs = [one for one in tensors_in(list(calls[0].given)) if one.dim() >= 2]
    embeddings = [one for one in returned[0] if _is_embedding(one)]
    return _of_one_shape(embeddings, inputs) if len(inputs) > 1 else ([], [])


def _is_one_view(embeddings: Sequence[Tensor], inputs: Sequence[Tensor]) -> bool:
    """Whether a module was given the same samples twice and made the same of them, with nothing drawn at random."""
    if len(embeddings) != 2 or len(inputs) != 2 or any(one.grad_fn is None for one in embeddings):
        return False
    is_called_twice = embeddings[0].grad_fn is not embeddings[1].grad_fn
    return is_called_twice and torch.equal(inputs[0], inputs[1]) and torch.equal(*embeddings)


def _is_embedding(output: Tensor) -> bool:
    return output.is_floating_point() and output.dim() == 2 and output.shape[1] > 1 and len(output) >= _FEWEST_ROWS


def _of_one_shape(embeddings: list[Tensor], inputs: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    is_one = len({one.shape for one in embeddings}) == 1 and len({one.shape for one in inputs}) == 1
    is_numbers = all(one.is_floating_point() for one in inputs)
    if not is_one or not inputs or len(inputs[0]) != len(embeddings[0]):
        return [], []
    return embeddings, [one.detach() for one in inputs] if is_numbers else []


def _unit_spread(embedding: Tensor) -> float:
    rows = torch.nn.functional.normalize(embedding.detach().float()[:_MOST_ROWS], dim=1)
    return float(rows.std(0).square().sum().sqrt())


def _is_sideways(embedding: Tensor, gradient: Tensor | None) -> bool:
    """Whether a gradient is at right angles to its embedding, as that of a cosine is."""
    if gradient is None or not bool(gradient.any()):
        return False
    own, step = embedding.detach().float()[:_MOST_ROWS], gradient.detach().float()[:_MOST_ROWS]
    return float((step * own).sum(1).abs().mean()) < 1e-3 * float((step.norm(dim=1) * own.norm(dim=1)).mean())


def way_moved(one: Tensor, other: Tensor, gradients: dict[int, Tensor | None]) -> Tensor | None:
    """1 for each row whose two embeddings are drawn together, -1 for those pushed apart, 0 for those left alone.

    None where the gradient of neither points along the line between them.
    """
    for near, far in ((one, other), (other, one)):
        gradient = gradients.get(id(near))
        if gradient is None:
            continue
        step = -gradient.detach().float()[:_MOST_ROWS]
        # A softmax's gradient adds up to 0 in each row: scores of classes or actions are no embeddings.
        if bool((step.sum(1).abs() <= _SUMS_TO_ZERO * step.abs().sum(1)).all()):
            return None
        line = (far.detach() - near.detach()).float()[:_MOST_ROWS]
        # A gradient of cosines is at right angles to the embedding itself: there only that part of the line counts.
        own = near.detach().float()[:_MOST_ROWS]
        length = own.square().sum(1, keepdim=True).clamp_min(1e-12)
        if _is_sideways(near, gradient):
            line = line - (line * own).sum(1, keepdim=True) / length * own
        is_moved = step.norm(dim=1) > 0
        if int(is_moved.sum()) < _FEWEST_ROWS:
            continue
        cosines = torch.nn.functional.cosine_similarity(step, line, dim=1)
        if float(cosines[is_moved].abs().mean()) > _ALONG:
            return torch.where(is_moved, cosines.sign(), torch.zeros_like(cosines))
    return None


def _distances(one: Tensor, other: Tensor) -> Tensor:
    return (one.flatten(1).float() - other.flatten(1).float())[:_MOST_ROWS].norm(dim=1)


def _likeness(one: Tensor, other: Tensor) -> float:
    """How far partners' inputs lie apart, over how far inputs of different samples do."""
    return float(_distances(one, other).mean() / _distances(one, other.roll(1, 0)).mean().clamp_min(1e-12))
