"""Which samples an epoch of a tail's training shows: all of a small set, a part of a large one."""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Int
from torch import Tensor

# An epoch of no more steps than this shows every sample; the steps of a longer one grow with the square root of the
# samples. A tail needs more steps for more samples, but not ten times as many for ten times as many: at 60,000 images
# of MNIST (92 steps of 176) the list is as good as with all (docs/default-scorer.md).
_STEPS_OF_ALL = 48


def samples_of_epoch(samples: int, batch_size: int) -> int:
    """How many of ``samples`` an epoch of batches of ``batch_size`` shows: all, or whole batches of a part."""
    steps = samples / batch_size
    if steps <= _STEPS_OF_ALL:
        return samples
    return batch_size * math.ceil(math.sqrt(_STEPS_OF_ALL * steps))


def in_turn(samples: int, at_once: int, generator: torch.Generator) -> Iterator[Int[Tensor, "shown"]]:
    """The places of the samples of one epoch after another, ``at_once`` in each, in random order.

    None comes again before all have come.
    """
    waiting = torch.empty(0, dtype=torch.int64)
    while True:
        if len(waiting) < at_once:
            waiting = torch.cat([waiting, torch.randperm(samples, generator=generator)])
        yield waiting[:at_once]
        waiting = waiting[at_once:]
