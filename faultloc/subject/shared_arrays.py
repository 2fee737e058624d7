"""Where the large arrays of a data set lie: the caller says so, and forked processes may fill them for it."""

import math
import mmap
from collections.abc import Callable

import numpy as np
from jaxtyping import Shaped

# Gives zeros of a shape and a type, in memory that a forked process shares with this one: what it writes, both see.
Allocate = Callable[[tuple[int, ...], type[np.generic]], np.ndarray]


def allocate_in_memory(shape: tuple[int, ...], kind: type[np.generic]) -> Shaped[np.ndarray, "..."]:
    """Zeros of ``shape`` and ``kind`` in anonymous memory, shared with processes that are forked later."""
    return array_on(mmap.mmap(-1, bytes_of(shape, kind)), shape, kind)


def bytes_of(shape: tuple[int, ...], kind: type[np.generic]) -> int:
    """How many bytes such an array takes; 1 or more, since nothing cannot be mapped."""
    return max(1, math.prod(shape) * np.dtype(kind).itemsize)


def array_on(memory: mmap.mmap, shape: tuple[int, ...], kind: type[np.generic]) -> Shaped[np.ndarray, "..."]:
    """The array of ``shape`` and ``kind`` that lies in ``memory``, which lasts as long as the array."""
    return np.frombuffer(memory, kind, math.prod(shape)).reshape(shape)
