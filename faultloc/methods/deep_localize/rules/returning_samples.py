"""Samples that come back with another label: inputs and labels are then shuffled apart, anew in every epoch."""

from collections import Counter
from collections.abc import Iterator, Sequence

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.fingerprints import fingerprints

_MOST_SAMPLES, _FEWEST_RETURNS, _MOST_LOOKS = 20_000, 20, 200
_FEWEST_ROWS, _FEWEST_CODES = 4, 8
_CHANGED = 0.75
_TELLING_LOOKS, _SETTLED_RETURNS = 5, 100


class ReturningSamples:
    """The first label of each sample seen, by a fingerprint of its inputs.

    Where a batch has one input twice with different labels, inputs do not tell samples apart (a word and its
    neighbours, a state and the actions taken in it): nothing is said of them.
    """

    def __init__(self) -> None:
        self._labels: dict[int, int] = {}
        self._counts: Counter[int] = Counter()
        self._is_over = False
        self._looks = self._returned = self._changed = 0

    def add(self, inputs: Tensor, labels: Sequence[int]) -> Iterator[Symptom]:
        """A doubt once labels are found to change."""
        if self._is_over or len(labels) < _FEWEST_ROWS:
            return
        self._looks += 1
        # Numbers within the batch, as contrastive losses have them, are no labels.
        is_numbering = list(labels) == list(range(len(labels)))
        are_codes = self._looks <= _TELLING_LOOKS and _are_codes(inputs)
        # Labels that have come back the same a hundred times belong to their samples.
        is_told = self._returned >= _SETTLED_RETURNS and not self._changed
        if is_numbering or are_codes or is_told or self._looks > _MOST_LOOKS:
            self._is_over = True
            return
        in_batch: dict[int, int] = {}
        for fingerprint, label in zip(fingerprints(inputs[: len(labels)]), labels, strict=True):
            if in_batch.setdefault(fingerprint, label) != label:
                self._is_over = True
                return
        for fingerprint, label in in_batch.items():
            known = self._labels.get(fingerprint)
            if known is not None:
                self._returned += 1
                # Targets that a model makes itself move to values of their own.
                self._changed += known != label and label in self._counts
            elif len(self._labels) < _MOST_SAMPLES:
                self._labels[fingerprint] = label
                self._counts[label] += 1
        yield from self._verdict()

    def _verdict(self) -> Iterator[Symptom]:
        if self._returned < _FEWEST_RETURNS or not self._changed:
            return
        # As often as labels of two samples differ that have nothing to do with one another.
        expected = 1 - sum((count / len(self._labels)) ** 2 for count in self._counts.values())
        if self._changed / self._returned > _CHANGED * expected > 0:
            self._is_over = True
            yield Symptom(
                "labels.changing", LABELS, self._changed, self._returned,
                f"of {self._returned} samples that came back, {self._changed} had another label than before: labels "
                "are shuffled apart from their inputs",
            )  # fmt: skip


def _are_codes(inputs: Tensor) -> bool:
    """Whether a sample is a word or a state rather than a measurement, so that several samples may well be the same."""
    if not inputs.is_floating_point():
        return inputs[0].numel() < _FEWEST_CODES
    return inputs.dim() == 2 and bool((inputs.detach().count_nonzero(1) <= 1).all())
