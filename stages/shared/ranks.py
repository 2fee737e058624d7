"""The processes that torchrun starts of one stage, as it describes them in the environment: which of them this one is.

The first writes and says what was done. Where one fails, the first to fail says why, and torchrun ends the others.
"""

import os
import signal
import time
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

from faultloc.errors import ConfigError

if TYPE_CHECKING:
    import torch


def count() -> int:
    """How many processes torchrun has started of this stage, on all machines together; 1 without torchrun."""
    # Some clusters set WORLD_SIZE for every program; only torchrun's agent names its run.
    return int(os.environ["WORLD_SIZE"]) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def rank() -> int:
    """The number of this process among them, from 0."""
    return int(os.environ["RANK"]) if count() > 1 else 0


@cache
def store() -> "torch.distributed.Store":
    """What torchrun keeps for its processes to read and write, whether or not they form a group yet."""
    import torch.distributed as dist

    return next(dist.rendezvous("env://"))[0]


def is_first_to_fail() -> bool:
    """Whether no other rank has failed so far; asked once by a rank that has."""
    return count() == 1 or store().add("failed", 1) == 1


def end_with_torchrun() -> None:
    """Has this rank killed when torchrun is; left alone it would write its outputs into whatever runs by then.

    torchrun starts each rank in a session of its own, where no signal to torchrun's process group arrives.
    """
    if count() > 1:
        Thread(target=_wait_for_the_end_of, args=(os.getppid(),), daemon=True).start()


def _wait_for_the_end_of(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def own_device(device: "torch.device") -> "torch.device":
    """The device of this rank where all take a ``device`` of that kind: the CPU, or a GPU of its own, made current."""
    import torch

    if count() == 1 or device.type == "cpu":
        return device
    if device.type != "cuda" or device.index is not None:
        raise ConfigError(
            f"runtime.device is {device}, but each of the {count()} processes takes a device of its own; use cuda, cpu "
            "or auto"
        )
    own, found = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if own >= found:
        raise ConfigError(
            f"there are {os.environ['LOCAL_WORLD_SIZE']} processes on a machine with {found} GPU(s); expected one GPU "
            f"for each: torchrun --nproc-per-node {found}, or runtime.device=cpu"
        )
    torch.cuda.set_device(own)
    return torch.device("cuda", own)
