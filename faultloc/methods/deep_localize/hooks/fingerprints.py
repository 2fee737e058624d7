"""A number for each sample of a batch by which it is known again."""

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
    columns = torch.arange(1, rows.shape[1] + 1, device=rows.device)
    factors = (columns * _STEP + _MULTIPLIER) | 1  # wraps around, as it may
    mixed = rows.long() * factors
    return (mixed ^ (mixed >> 29)).sum(1).tolist()
