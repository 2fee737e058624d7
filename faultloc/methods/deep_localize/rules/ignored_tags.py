"""A tag that a loss ignores where no padding is: it shares its number with the padding's.

Padding stands where words are padded, too, and a tag that is left out elsewhere is one of the task's own. Where tags
are words, many of them may be left out on purpose: those that no mask covers.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_CLASSES = ("cross_entropy", "nll")
_LOOKS, _FEWEST, _LEAST_SHARE, _MASKED = 4, 20, 0.1, 0.5


class IgnoredTags:
    """The tags of the words of the first four looks, by number: those left out, and those that count."""

    def __init__(self) -> None:
        self._looks = 0
        self._left_out: Tensor | None = None
        self._counted: Tensor | None = None

    def look(self, terms: Sequence[LossTerm], target: Tensor | None, given: Sequence[Tensor]) -> Iterator[Symptom]:
        """A symptom at the fourth look, where all that is left out is one tag, which counts nowhere."""
        if self._looks >= _LOOKS or len(terms) != 1 or target is None:
            return
        self._looks += 1
        seen = _of_words(terms[0], target, given)
        if seen is None:
            self._looks = _LOOKS
            return
        left_out, counted = seen
        self._left_out = left_out if self._left_out is None else self._left_out + left_out
        self._counted = counted if self._counted is None else self._counted + counted
        if self._looks < _LOOKS:
            return
        ignored = (self._left_out > 0).nonzero().flatten().tolist()
        count, whole = int(self._left_out.sum()), int(self._left_out.sum() + self._counted.sum())
        if len(ignored) != 1 or bool(self._counted[ignored[0]] > 0) or count < max(_FEWEST, _LEAST_SHARE * whole):
            return
        yield Symptom(
            "loss.class_left_out", LOSS, count, whole,
            f"{count} of {whole} targets of words that are no padding are {ignored[0]}, and are left out of the loss: "
            "the number that is meant for padding is a class's own, which is never learned",
            advice="give padding a number that no class has: padding_value=-100, as CrossEntropyLoss ignores it",
        )  # fmt: skip


def _of_words(term: LossTerm, target: Tensor, given: Sequence[Tensor]) -> tuple[Tensor, Tensor] | None:
    """How often each class stands at words that are no padding, left out and counted."""
    predicted, weight = term.prediction, term.weight
    words = next((one for one in given if one.dim() == 2 and one.numel() == target.numel()), None)
    if predicted is None or weight is None or words is None or words.is_floating_point() or target.is_floating_point():
        return None
    classes = predicted.shape[1] if predicted.dim() > 1 else 0
    if term.kind not in _CLASSES or weight.numel() != target.numel() or int(words.max()) < classes:
        return None
    tags, counts = target.detach().reshape(words.shape), (weight > 0).reshape(words.shape)
    # What most sequences end in is padding, or one word of many.
    is_word = (words != words[:, -1].mode().values) & (tags >= 0) & (tags < classes)
    asked = words[is_word & counts]
    # Where most words that count are one and the same, it is a mask, and the others are left out on purpose.
    if asked.numel() and int((asked == asked.mode().values).sum()) >= _MASKED * asked.numel():
        return None
    chosen = (tags[is_word & ~counts], tags[is_word & counts])
    left_out, counted = (torch.bincount(each.flatten(), minlength=classes) for each in chosen)
    return left_out, counted
