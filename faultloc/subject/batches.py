"""From stored inputs to what a network takes, one batch at a time: the whole set is never held as floats."""

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor


def as_tensor(inputs: Shaped[np.ndarray, "sample ..."], device: torch.device) -> Shaped[Tensor, "sample ..."]:
    """The stored inputs as a tensor: the same (memory-mapped) memory on the CPU, one copy on a GPU."""
    return torch.from_numpy(inputs).to(device)


def as_model_input(batch: Shaped[Tensor, "sample ..."]) -> Float[Tensor, "sample ..."] | Int[Tensor, "sample step"]:
    """Images as floats in [0, 1], tokens as 64-bit ids, real inputs as they are."""
    if batch.dtype == torch.uint8:
        return batch.float().div_(255)
    return batch if batch.is_floating_point() else batch.long()
