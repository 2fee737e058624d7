"""The memory of a process and all its children, by what it is made of."""

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Memory:
    """Megabytes: ``anonymous`` is what only swapping can take back, ``mapped`` are pages of files, which the system
    drops when memory is short. Pages shared by processes count once (proportional set sizes)."""

    anonymous: float
    mapped: float


def memory_of(process: psutil.Process) -> Memory:
    """That of ``process`` and its descendants, now."""
    anonymous = mapped = 0
    try:
        processes = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return Memory(0, 0)
    for part in processes:
        try:
            lines = Path(f"/proc/{part.pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended meanwhile
            continue
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
        anonymous += kilobytes["Pss_Anon"] + kilobytes["Pss_Shmem"]
        mapped += kilobytes["Pss_File"]
    return Memory(anonymous / 1024, mapped / 1024)
