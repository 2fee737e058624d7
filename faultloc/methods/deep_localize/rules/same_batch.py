"""A loader of many batches of which a training sees but one: an iterator that is made anew at each step."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_LOOKS = 9  # about the fiftieth step


class SameBatch:
    """The first batch, where it is as large as a loader's, which has more of them, and whether it ever was another."""

    def __init__(self) -> None:
        self._first: Tensor | None = None
        self._looks = self._batches = 0

    def follow(self, given: Tensor | None, loaders: Sequence[DataLoader]) -> None:
        """Looks from now on whether what comes is the same as ``given``."""
        if given is None or given.dim() == 0:
            return
        for loader in loaders:
            try:
                batches = len(loader)
            except TypeError:  # one that is read as it comes
                continue
            if loader.batch_size == len(given) and batches > 1:
                self._first, self._batches = given.detach().clone(), max(self._batches, batches)

    def look(self, given: Tensor | None) -> Iterator[Symptom]:
        """A symptom once each of nine batches was the first one."""
        if self._first is None:
            return
        if given is None or given.shape != self._first.shape or not torch.equal(given.detach(), self._first):
            self._first = None
            return
        self._looks += 1
        if self._looks == _LOOKS:
            self._first = None
            yield Symptom(
                "input.same_batch", INPUT, 1, self._batches,
                f"at {_LOOKS} looks the batch was the same {len(given)} samples, and the loader has {self._batches} "
                "batches: the others are never seen",
            )  # fmt: skip
