"""PyTorch as the stages use it: deterministic, on the device and the number of threads that params.yaml says."""

import os

import torch
from omegaconf import DictConfig

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number


def start_torch(runtime: DictConfig) -> torch.device:
    """Sets threads and determinism; returns the device of `runtime.device` (`auto`: a GPU where there is one)."""
    check_number("runtime.threads", runtime.threads, at_least=1, whole=True)
    check_number("runtime.batch_size", runtime.get("batch_size", 1), at_least=1, whole=True)
    torch.set_num_threads(runtime.threads)
    device = _device(runtime.device)
    if device.type != "cpu" or runtime.threads > 1:
        _use_deterministic_kernels()
    return device


def _use_deterministic_kernels() -> None:
    # Not for one thread on the CPU, which has no other kernels: the switch imports PyTorch's compiler, 1.6 s a stage.
    # cuBLAS is deterministic only with a fixed workspace, which it reads from here.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    # On top of that, PyTorch would fill all fresh memory; no layer here reads memory that it has not written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def _device(named: str) -> torch.device:
    if named == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(named)
    except RuntimeError as error:
        raise ConfigError(f"runtime.device is {named!r}; expected auto, cpu, cuda or cuda:<number>") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ConfigError("runtime.device is cuda, but PyTorch sees no GPU here; use runtime.device=auto or cpu")
    return device


def worker_count(device: torch.device) -> int:
    """Processes for independent work: one a core; one in all on a GPU, which the work would share anyway.

    FAULTLOC_WORKERS overrides it. No result depends on it, so it is not a parameter that DVC tracks.
    """
    if device.type != "cpu":
        return 1
    wanted = os.environ.get("FAULTLOC_WORKERS", "")
    if wanted and not wanted.isdecimal():
        raise ConfigError(f"FAULTLOC_WORKERS is {wanted!r}; expected a number of processes, such as 2")
    return max(1, int(wanted)) if wanted else len(os.sched_getaffinity(0))
