"""PyTorch as the stages use it: deterministic, on the device and the number of threads that params.yaml says."""

import torch
from omegaconf import DictConfig

from faultloc.runtime import choose_device, use_deterministic_kernels, worker_count
from faultloc.settings_check import check_number
from stages.shared.no_compiler import leave_compiler_out
from stages.shared.ranks import own_device

__all__ = ["start_torch", "worker_count"]


def start_torch(runtime: DictConfig) -> torch.device:
    """Sets threads and determinism; returns the device of `runtime.device` (`auto`: a GPU where there is one).

    Under torchrun it is this process's own.
    """
    check_number("runtime.threads", runtime.threads, at_least=1, whole=True)
    check_number("runtime.batch_size", runtime.get("batch_size", 1), at_least=1, whole=True)
    leave_compiler_out()
    torch.set_num_threads(runtime.threads)
    device = own_device(choose_device(runtime.device, "runtime.device"))
    use_deterministic_kernels(device, runtime.threads)
    return device
