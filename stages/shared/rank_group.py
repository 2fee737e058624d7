"""The group that the ranks of a stage form while they work together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist

from faultloc.errors import TrainingError
from faultloc.subject.distributed import ALONE, Ranks
from stages.shared import ranks

# One rank may wait for another as long as a mutant takes to train. When one ends, torchrun ends the others at once.
_LONGEST_WAIT = timedelta(days=30)


@contextmanager
def joined_ranks(device: torch.device) -> Iterator[Ranks]:
    """The processes that torchrun has started, as a group; this process alone without torchrun.

    Raises:
        TrainingError: another of them has ended while this one waited for it.
    """
    if ranks.count() == 1:
        yield ALONE
        return
    dist.init_process_group(
        # What is gathered are Python objects: they need not go through a GPU's memory.
        "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo",
        store=dist.PrefixStore("group", ranks.store()),
        rank=ranks.rank(),
        world_size=ranks.count(),
        timeout=_LONGEST_WAIT,
    )
    try:
        yield Ranks(ranks.rank(), ranks.count(), dist.group.WORLD)
    except RuntimeError as error:
        # Gloo's own errors have no class, but name its source files.
        if not isinstance(error, dist.DistError) and "gloo" not in str(error):
            raise
        raise TrainingError(
            f"another of the {ranks.count()} processes has ended; if it has left no message it was killed, probably "
            "because memory ran out: start fewer, or take smaller batches"
        ) from error
    # Not after an error: the others would notice that this rank is gone before it has said why.
    dist.destroy_process_group()
