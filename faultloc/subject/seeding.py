"""Independent, reproducible random streams: one for each (seed, stage, item), whatever ran before."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derive_seed(seed: int, stage: str, item: str = "") -> int:
    """A number in [0, 2**63) from a stable hash, so that neither the order of work nor the Python version matters."""
    digest = hashlib.sha256(f"{seed}/{stage}/{item}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def numpy_generator(seed: int, stage: str, item: str = "") -> np.random.Generator:
    """NumPy's generator for one item of a stage."""
    return np.random.default_rng(derive_seed(seed, stage, item))


def torch_generator(seed: int, stage: str, item: str = "") -> "torch.Generator":
    """PyTorch's generator, on the CPU, for one item of a stage."""
    import torch

    return torch.Generator().manual_seed(derive_seed(seed, stage, item))


@contextmanager
def isolated_torch_rng(generator: "torch.Generator", *, stream: int = 0) -> Iterator[None]:
    """Inside, layers that draw from torch's global state (initialisation, dropout) draw from ``generator`` instead.

    The global state is as before afterwards. Processes whose generators are the same name different ``stream``s.
    """
    import torch

    drawn = int(torch.randint(0, 2**62, (1,), generator=generator))
    with torch.random.fork_rng():
        torch.manual_seed(drawn + stream)
        yield
