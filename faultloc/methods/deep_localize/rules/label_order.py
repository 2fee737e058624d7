"""Whether samples come sorted by their label: batches are then more alike inside than a shuffled order could make them.

The measure is the intraclass correlation of labels: how much likelier two samples of one batch share their label than
two of different batches, as a share of the most that is possible. About 0 when shuffled, below 0 when drawn evenly by
class, 1 when every batch has one class.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_ROWS, _FEWEST_BATCHES, _FEWEST_PAIRS, _MOST_BATCHES = 4, 6, 200, 40
_SORTED, _DEVIATIONS = 0.3, 5
_FEWEST_ALIKE = 0.8
# Of one batch after the other, which only those of the first steps looked at are.
_FOLLOWING = 4


class LabelOrder:
    """The labels of the batches looked at, counted by class."""

    def __init__(self) -> None:
        self._batches: list[Counter[int]] = []
        self._is_done = False
        # How many batches there are of each size.
        self._sizes: Counter[int] = Counter()
        # Of all batches: their labels, ordered pairs inside a batch, those of one label, and the squares of the counts
        # and of the sizes.
        self._whole: Counter[int] = Counter()
        self._ordered_pairs = self._alike = self._squares = self._squared_sizes = 0

    def add(self, labels: Sequence[int], *, is_binary: bool) -> Iterator[Symptom]:
        """A symptom once batches are found to be sorted; ``is_binary`` if there are but two labels, for one output.

        A discriminator is shown real and generated samples in turn: of two labels, sorted means that neighbours are
        alike. Batches of ever new sizes are sequences, whose rows are no samples.
        """
        if self._is_done or len(labels) < _FEWEST_ROWS:
            return
        batch, size = Counter(labels), len(labels)
        self._batches.append(batch)
        self._whole.update(batch)
        self._sizes[size] += 1
        squares = sum([count * count for count in batch.values()])
        self._squares += squares
        self._squared_sizes += size * size
        self._alike += squares - size
        self._ordered_pairs += size * (size - 1)
        self._is_done = len(self._batches) >= _MOST_BATCHES
        if len(self._batches) < _FEWEST_BATCHES or not self._are_of_one_size():
            return
        if (is_binary or len(self._whole) < 3) and not self._neighbours_are_alike():
            return
        correlation = self.correlation()
        if correlation is not None and correlation > max(_SORTED, _DEVIATIONS / self._pairs() ** 0.5):
            self._is_done = True
            most = sorted(len(batch) for batch in self._batches)[len(self._batches) // 2]
            classes = len(self._whole)
            yield Symptom(
                "labels.sorted", INPUT, correlation, _SORTED,
                f"the samples come sorted by class: half of the batches looked at hold samples of "
                f"{f'{most} classes or fewer' if most > 1 else 'one class only'}, of {classes} seen so far, so that "
                "the model forgets one class over the next",
            )  # fmt: skip

    def correlation(self) -> float | None:
        """The intraclass correlation, at most 1; None while there are too few pairs, or but one label."""
        pairs, whole = self._ordered_pairs, self._whole
        across = sum(count * count for count in whole.values()) - self._squares
        pairs_across = whole.total() ** 2 - self._squared_sizes
        if pairs < _FEWEST_PAIRS or not pairs_across or len(whole) < 2 or across == pairs_across:
            return None
        expected = across / pairs_across
        return (self._alike / pairs - expected) / (1 - expected)

    def _pairs(self) -> int:
        return self._ordered_pairs // 2

    def _are_of_one_size(self) -> bool:
        return max(self._sizes.values()) >= _FEWEST_ALIKE * len(self._batches)

    def _neighbours_are_alike(self) -> bool:
        first = [max(batch, key=batch.__getitem__) for batch in self._batches[: _FOLLOWING + 1]]
        return sum(one != other for one, other in pairwise(first)) <= 1
