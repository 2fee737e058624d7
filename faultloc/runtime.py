"""The machine as the stages and the commands use it: the device, threads, worker processes."""

import os

import torch

from faultloc.errors import ConfigError


def choose_device(named: str, setting: str) -> torch.device:
    """The device called ``named`` (`auto`: a GPU where there is one); ``setting`` is its name in errors."""
    if named == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(named)
    except RuntimeError as error:
        raise ConfigError(f"{setting} is {named!r}; expected auto, cpu, cuda or cuda:<number>") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ConfigError(f"{setting} is {named}, but PyTorch sees no GPU here; use auto or cpu")
    return device


def use_deterministic_kernels(device: torch.device, threads: int) -> None:
    """Makes the same input give the same result, on a GPU and with several threads too."""
    if device.type == "cpu" and threads == 1:
        # One thread on the CPU has no other kernels, and the switch imports PyTorch's compiler: 1.6 s a start.
        return
    # cuBLAS is deterministic only with a fixed workspace, which it reads from here.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    # On top of that, PyTorch would fill all fresh memory; no layer here reads memory that it has not written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def worker_count(device: torch.device) -> int:
    """Processes for independent work: one a core; one in all on a GPU, which the work would share anyway.

    One too where PyTorch uses several threads, as it does in a notebook: a forked process waits forever for threads
    that it does not have. FAULTLOC_WORKERS overrides it. No result depends on it, so it is not a parameter that DVC
    tracks.
    """
    if device.type != "cpu" or torch.get_num_threads() > 1:
        return 1
    wanted = os.environ.get("FAULTLOC_WORKERS", "")
    if wanted and not wanted.isdecimal():
        raise ConfigError(f"FAULTLOC_WORKERS is {wanted!r}; expected a number of processes, such as 2")
    return max(1, int(wanted)) if wanted else len(os.sched_getaffinity(0))
