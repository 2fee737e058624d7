"""Which neurons dropout keeps, drawn eight bits a neuron."""

import torch
from jaxtyping import Float
from torch import Tensor

_LEVELS = 2**8
_LEAST, _MOST = -(2**63), None  # all 64 bits of a number are drawn
# So many neurons are drawn at once: small batches would spend most of their time on the calls.
_DRAWN_AT_ONCE = 2**15


class Dropout:
    """Masks of zeros, a share ``dropout`` of them in [0, 1), and ones, for one batch after another.

    What is kept is to be scaled by ``scale``. Differs from torch's: one number drawn serves eight neurons, which takes
    a twentieth of the time. The share is rounded to a multiple of 1 / 256 (.3 to .3008); ``scale`` is that of the
    rounded one.
    """

    def __init__(self, dropout: float | int, generator: torch.Generator) -> None:
        self._dropped = min(round(dropout * _LEVELS), _LEVELS - 1)
        self.scale = _LEVELS / (_LEVELS - self._dropped)
        self._generator = generator
        self._left = torch.empty(0, device=generator.device)

    @property
    def is_on(self) -> bool:
        """Whether anything is dropped at all."""
        return self._dropped > 0

    def draw(self, samples: int, neurons: int) -> Float[Tensor, "sample neuron"]:
        """A mask for ``samples`` of so many ``neurons`` that no other call gives."""
        wanted = samples * neurons
        if self._left.shape[0] < wanted:
            self._left = self._drawn(max(wanted, _DRAWN_AT_ONCE))
        mask, self._left = self._left[:wanted], self._left[wanted:]
        return mask.view(samples, neurons)

    def _drawn(self, count: int) -> Float[Tensor, "_"]:
        numbers = torch.empty((count + 7) // 8, dtype=torch.int64, device=self._generator.device)
        numbers.random_(_LEAST, _MOST, generator=self._generator)
        mask = torch.empty(8 * numbers.shape[0], device=numbers.device)
        return torch.ge(numbers.view(torch.int8), self._dropped - _LEVELS // 2, out=mask)
