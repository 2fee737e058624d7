"""Inputs as the numbers that the cheap models read, whatever their type and device."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

# Enough to draw filters from, and to see the spread of numbers.
_SOME = 2_000
# So many times the largest number of the median sample: what lies beyond stands for a missing value, as 1e20 does, and
# would set the scale of all others.
_MOST_TIMES = 100.0


@dataclass(frozen=True)
class Numbers:
    """How inputs are read: as floating-point numbers on the processor, none of them beyond ``limit``; what is no number
    is 0."""

    limit: float = float("inf")

    @classmethod
    def like(cls, inputs: Shaped[Tensor, "sample ..."]) -> "Numbers":
        """The reading of samples like these, of which some are looked at."""
        example = cls()(inputs[some_of(len(inputs)).to(inputs.device)])
        middle = float(example.flatten(1).abs().amax(dim=1).median())
        return cls(_MOST_TIMES * middle) if middle > 0 else cls()

    def __call__(self, inputs: Shaped[Tensor, "sample ..."]) -> Float[Tensor, "sample ..."]:
        """The numbers of ``inputs``, which stay as they are."""
        numbers = inputs.float().cpu()
        if not inputs.is_floating_point():
            return numbers
        return numbers.nan_to_num(posinf=0, neginf=0).clamp_(-self.limit, self.limit)


def some_of(samples: int, most: int = _SOME) -> Int[Tensor, "_"]:
    """The places of ``most`` samples at most, evenly spread."""
    return torch.linspace(0, samples - 1, min(samples, most)).long()
