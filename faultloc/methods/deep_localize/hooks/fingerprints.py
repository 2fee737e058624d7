"""A number for each sample of a batch by which it is known again."""

from functools import lru_cache

import torch
from torch import Tensor

_MOST_COLUMNS = 256
# Odd multipliers far apart: the golden ratio's and one of its kin, in 64 bits.
_MULTIPLIER, _STEP = 0x1E3779B97F4A7C15, 0x2545F4914F6CDD1D


def fingerprints(batch: Tensor) -> list[int]:
    """A number for each row, the same for the same values whatever stands beside them, of at most 256 even columns."""
    rows = batch.detach().reshape(len(batch), -1)
    rows = rows[:, :: max(1, -(-rows.shape[1] // _MOST_COLUMNS))]
    if rows.is_floating_point():
        rows = rows.float().contiguous().view(torch.int32)
    mixed = rows.long() * _factors(rows.shape[1], rows.device)
    return (mixed ^ (mixed >> 29)).sum(1).tolist()


@lru_cache(maxsize=8)
def _factors(count: int, device: torch.device) -> Tensor:
    """An odd number for each column."""
    columns = torch.arange(1, count + 1, device=device)
    return (columns * _STEP + _MULTIPLIER) | 1  # wraps around, as it may
