"""Words of which many are number 0, the unknown: those that tell are looked up in another spelling, it may be."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_WORDS, _FEWEST_KINDS, _SHARE, _TIMES = 100, 8, 0.15, 2.0


def check_unknown_words(given: Sequence[Tensor]) -> Iterator[Symptom]:
    """A doubt where number 0 stands for more than a seventh of the words, padding left out, and no other for half as
    many.
    """
    words = next((one for one in given if one.dim() in (1, 2) and not one.is_floating_point()), None)
    if words is None or words.numel() < _FEWEST_WORDS or words.dtype == torch.bool or int(words.min()) < 0:
        return
    inside = _without_padding(words) if words.dim() == 2 else words
    counts = torch.bincount(inside.flatten())
    if not inside.numel() or int((counts > 0).sum()) < _FEWEST_KINDS:
        return
    share = float(counts[0]) / inside.numel()
    if share > _SHARE and float(counts[0]) > _TIMES * float(counts[1:].max()):
        yield Symptom(
            "input.unknown_words", INPUT, share, _SHARE,
            f"{share:.0%} of the words that the model is given are number 0, and no other word is half as common: "
            "if 0 stands for unknown words, those that matter may be among them",
        )  # fmt: skip


def _without_padding(words: Tensor) -> Tensor:
    """The words between the first and the last of each row that are not 0."""
    is_word = words != 0
    before, after = is_word.long().cumsum(1) > 0, is_word.flip(1).long().cumsum(1).flip(1) > 0
    return words[before & after]
