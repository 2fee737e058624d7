"""What inputs and targets of many batches tell: their order, samples that return, columns, outliers, the commonest."""

from collections import Counter
from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.behind_simple_models import BehindSimpleModels
from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.fingerprints import fingerprints
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.look import Look
from faultloc.methods.deep_localize.rules.columns import check_columns
from faultloc.methods.deep_localize.rules.label_order import LabelOrder
from faultloc.methods.deep_localize.rules.returning_samples import ReturningSamples

_CLASSES, _BINARY, _NUMBERS = ("cross_entropy", "nll", "categorical"), ("bce", "bce_logits"), ("squared", "absolute")
_MOST_ROWS, _MOST_VALUES = 512, 4000
_FEWEST_TARGETS, _FEW = 100, 0.05
# An absurd target is that many quartile distances away, with nothing between, and no reward of 1 among zeros.
_FAR_OUT, _GAP, _ABSURD = 300, 20, 10
_SETTLED_LOOKS, _NEW, _APART = 5, 0.2, 1.05


class SeenSamples:
    """The samples of the steps looked at; a look costs about a fifth of a millisecond."""

    def __init__(self) -> None:
        self.behind = BehindSimpleModels()
        self._order, self._returning = LabelOrder(), ReturningSamples()
        self._counts: Counter[int] = Counter()
        self._numbers: list[Tensor] = []
        self._doubts: dict[str, Symptom] = {}
        self._looks = 0
        # Whether labels have appeared that were not there before, or come sorted.
        self.has_drifted = False
        # Whether samples of one class count differently, as actions do by what has come of them.
        self.weighs_each = False

    @property
    def commonest(self) -> float:
        """The share of the commonest label among all seen; 0 where there are no labels."""
        return max(self._counts.values()) / self._counts.total() if self._counts else 0.0

    def doubts(self) -> Iterator[Symptom]:
        """What is a fault if the model does not learn."""
        yield from self._doubts.values()

    def columns(self) -> list[Symptom]:
        """What is odd about single columns of the inputs."""
        return [doubt for rule, doubt in self._doubts.items() if rule in ("input.sentinel", "input.column")]

    def look(self, given: object, look: Look, stands_for: int = 1) -> Iterator[Symptom]:
        """What is wrong with the samples of this and earlier steps whatever comes of it; it ``stands_for`` so many."""
        tensors = list(tensors_in(list(given) if isinstance(given, tuple) else given))
        inputs = tensors[0] if tensors else None
        self._looks += 1
        # One column that is out of scale is an answer where inputs are, and otherwise no question.
        if self._looks == 1 and any(doubt.rule == "input.scale" for doubt in look.doubts):
            self._doubt(check_columns(inputs))
        target, kind = look.target, look.kind
        if target is None or inputs is None or inputs.dim() < 1 or not len(inputs) or kind is None:
            return
        if kind in _NUMBERS:
            self._doubt(self._outliers(target))
        labels = _labels(target, kind, len(inputs))
        weight = look.terms[0].weight if look.terms else None
        if labels is not None and weight is not None and kind in _CLASSES and not self.weighs_each:
            self.weighs_each = _differs_within(weight, torch.tensor(labels))
        self.behind.look(tensors, target, labels, look, stands_for)
        if labels is None:
            if kind in _NUMBERS and target.dim() in (1, 2) and len(target) == len(inputs):
                self._doubt(self._returning.add(inputs[:_MOST_ROWS], fingerprints(target[:_MOST_ROWS])))
            return
        new = sum([label not in self._counts for label in labels])
        self.has_drifted |= self._looks > _SETTLED_LOOKS and new > _NEW * len(labels)
        self._counts.update(labels)
        # Samples that count differently may be actions and their returns: neither their order nor their labels stay.
        if look.counts_alike:
            for symptom in self._order.add(labels, is_binary=kind in _BINARY):
                self.has_drifted = True
                yield symptom
            self._doubt(self._returning.add(inputs, labels))

    def _doubt(self, symptoms: Iterator[Symptom]) -> None:
        for symptom in symptoms:
            self._doubts[symptom.rule] = symptom

    def _outliers(self, target: Tensor) -> Iterator[Symptom]:
        """A doubt where a few targets of a regression lie far from all others."""
        if target.dim() > 2 or sum(map(len, self._numbers)) >= _MOST_VALUES:
            return
        self._numbers.append(target.detach().float().flatten()[:_MOST_VALUES].clone())
        values = torch.cat(self._numbers)
        if len(values) < _FEWEST_TARGETS:
            return
        low, middle, high = torch.quantile(values, values.new_tensor([0.25, 0.5, 0.75])).tolist()
        apart = (values - middle).abs()
        is_far = apart > _FAR_OUT * (high - low)
        share = float(is_far.float().mean())
        if not (high > low and 0 < share < _FEW):
            return
        furthest = float(values[apart.argmax()])
        if abs(furthest) > _ABSURD and float(apart[is_far].min()) > _GAP * float(apart[~is_far].max()):
            yield Symptom(
                "target.outliers", LABELS, furthest, middle,
                f"{share:.1%} of the targets lie far from all others: half of them are between {low:.4g} and "
                f"{high:.4g}, and the furthest is {furthest:.4g}",
            )  # fmt: skip


def _differs_within(weight: Tensor, labels: Tensor) -> bool:
    """Whether the weights of samples of one class differ, those that are 0 left out."""
    if weight.numel() != len(labels):
        return False
    weights = weight.detach().flatten().cpu()
    for one in labels.unique():
        of_class = weights[(labels == one) & (weights > 0)]
        if len(of_class) > 1 and float(of_class.max()) > _APART * float(of_class.min()):
            return True
    return False


def _labels(target: Tensor, kind: str, samples: int) -> list[int] | None:
    """One label a sample, where the target has such."""
    if target.dim() == 0 or len(target) != samples:
        return None
    rows = target.detach()[:_MOST_ROWS]
    if kind in (*_CLASSES, *_NUMBERS) and rows.is_floating_point():
        is_one_hot = (
            rows.dim() == 2
            and rows.shape[1] > 1
            and bool(((rows == 0) | (rows == 1)).all())
            and bool((rows.sum(1) == 1).all())
        )
        return rows.argmax(1).tolist() if is_one_hot else None
    if rows.numel() != len(rows) or kind not in (*_CLASSES, *_BINARY):
        return None
    flat = rows.flatten()
    if not flat.is_floating_point():
        return flat.long().tolist()
    return flat.long().tolist() if bool((flat == flat.round()).all()) else None
