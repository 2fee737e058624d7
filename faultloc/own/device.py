"""The device that a model of one's own runs on, set up so that the same input gives the same bits everywhere."""

import torch

from faultloc.runtime import choose_device, use_deterministic_kernels


def steady_device(named: str, setting: str) -> torch.device:
    """The device called ``named`` (`auto`: a GPU where there is one); ``setting`` is its name in errors.

    PyTorch runs with one thread from then on: the cores do independent work side by side, and one thread gives the same
    bits everywhere.

    Raises:
        ConfigError: there is no such device here.
    """
    device = choose_device(named, setting)
    torch.set_num_threads(1)
    use_deterministic_kernels(device, 1)
    return device
