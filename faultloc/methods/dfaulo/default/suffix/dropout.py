"""Which neurons dropout keeps, drawn sixteen bits a neuron."""

import torch
from jaxtyping import Float
from torch import Tensor

_LEVELS = 2**16
_LEAST, _MOST = -(2**63), None  # all 64 bits of a number are drawn


class Dropout:
    """Masks of a share ``dropout`` of zeros, in [0, 1), the rest 1 / (1 - ``dropout``), for one batch after another.

    Differs from torch's: one number drawn serves four neurons, which takes a tenth of the time. The share is rounded
    to a multiple of 1 / 65,536, and what is kept is scaled by the rounded one, so that its mean is right.
    """

    def __init__(self, dropout: float | int, generator: torch.Generator) -> None:
        self._dropped = min(round(dropout * _LEVELS), _LEVELS - 1)
        self.scale = _LEVELS / (_LEVELS - self._dropped)
        self._generator = generator

    @property
    def is_on(self) -> bool:
        """Whether anything is dropped at all."""
        return self._dropped > 0

    def draw(self, mask: Float[Tensor, "sample neuron"]) -> None:
        """Fills ``mask``, on the generator's device."""
        drawn = torch.empty((mask.numel() + 3) // 4, dtype=torch.int64, device=mask.device)
        drawn.random_(_LEAST, _MOST, generator=self._generator)
        bits = drawn.view(torch.int16)[: mask.numel()].view(mask.shape)
        torch.ge(bits, self._dropped - _LEVELS // 2, out=mask)
        mask.mul_(self.scale)
