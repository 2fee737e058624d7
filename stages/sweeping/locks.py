"""Jobs that share a stage compute it once: the first does, the others wait for it and take it from the cache."""

import errno
import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TextIO

from omegaconf import DictConfig, OmegaConf

from faultloc.errors import ConfigError


def lock_names(graph: DictConfig, params: DictConfig) -> dict[str, str]:
    """For every stage of ``graph`` (`dvc.yaml`), those that it depends on first, the name of its lock.

    Two jobs have the same name where all parameters of the stage and of those before it are the same. The code is left
    out: that of two sweeps may differ, and then one waits for nothing, which harms nobody.
    """
    resolved = OmegaConf.to_container(OmegaConf.merge(params, {"stages": graph.stages}), resolve=True)
    assert isinstance(resolved, dict)
    stages = resolved["stages"]
    writers = {output: name for name, stage in stages.items() for output in outputs_of(stage)}
    upstream = {
        name: {writers[output] for output in writers for dependency in stage["deps"] if _overlap(dependency, output)}
        for name, stage in stages.items()
    }
    names: dict[str, str] = {}
    for name in TopologicalSorter({name: sorted(others) for name, others in upstream.items()}).static_order():
        own = [f"{key}={OmegaConf.select(params, key)}" for key in stages[name].get("params", [])]
        before = sorted(names[other] for other in upstream[name])
        digest = hashlib.sha256("\n".join([stages[name]["cmd"], *stages[name]["deps"], *own, *before]).encode())
        names[name] = f"{name}-{digest.hexdigest()[:16]}"
    return names


def outputs_of(stage: dict) -> list[str]:
    """The paths that a node of `dvc.yaml` writes."""
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def _overlap(left: str, right: str) -> bool:
    return Path(left).is_relative_to(right) or Path(right).is_relative_to(left)


@contextmanager
def held(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Inside, no other process is; ``on_wait`` is called first where another one has to leave.

    The kernel gives the lock back when its holder ends, however it ends; the file itself stays, and says nothing.

    Raises:
        ConfigError: the file system has no such locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:  # for writing: NFS gives out no other exclusive lock
        if not _taken(file):
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(path: Path) -> bool:
    """Whether another process is inside ``held(path)`` now."""
    if not path.exists():
        return False
    with path.open("a") as file:
        return not _taken(file)


def _taken(file: TextIO) -> bool:
    """Takes the lock on ``file`` if nobody has it; whether it did."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
            raise
        folder = Path(file.name).parent
        raise ConfigError(
            f"the file system of {folder} gives out no locks ({error.strerror}), which a sweep needs: mount it with "
            "them (Lustre: -o flock), or put the project and its cache (dvc cache dir) elsewhere"
        ) from error
    return True
