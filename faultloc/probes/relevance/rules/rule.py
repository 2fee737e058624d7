"""What a relevance rule says: which part of its output each weighted input of a layer is held to account for."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

Modifier = Callable[[Tensor], Tensor]


def whole(values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """The values as they are."""
    return values


def positive(values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """The values above 0, and 0 for the others."""
    return values.clamp(min=0)


def negative(values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """The values below 0, and 0 for the others."""
    return values.clamp(max=0)


@dataclass(frozen=True)
class Term:
    """Products of inputs and weights, each changed by its modifier; ``bias`` None leaves the bias out."""

    inputs: Modifier = whole
    weight: Modifier = whole
    bias: Modifier | None = whole

    @property
    def is_plain(self) -> bool:
        """Whether the term is the layer's own output."""
        return self.inputs is whole and self.weight is whole and self.bias is whole


@dataclass(frozen=True)
class Share:
    """Terms among whose products an output's relevance is dealt out, each getting its part of the sum of all.

    ``outputs`` picks, by the layer's own output, the outputs whose relevance is dealt out so; None picks all. The share
    deals out ``factor`` times their relevance: those of a rule's shares add up to 1 if it is to conserve.
    """

    terms: tuple[Term, ...]
    outputs: Callable[[Float[Tensor, "..."]], Bool[Tensor, "..."]] | None = None
    factor: float | int = 1


@dataclass(frozen=True)
class Rule(ABC):
    """A rule for the layers with weights. What has none (additions, average pooling) shares in proportion.

    ``stabiliser`` keeps the divisors away from 0. ``conserves`` is a rule's promise that a network without biases loses
    no relevance, to 1e-3 of it.
    """

    stabiliser: float = 1e-6
    conserves: bool = True

    @property
    @abstractmethod
    def convolution(self) -> tuple[Share, ...]:
        """The shares of a convolution, transposed or not."""

    @property
    def linear(self) -> tuple[Share, ...]:
        """The shares of a linear layer: those of a convolution, unless the rule tells them apart."""
        return self.convolution

    @property
    def divides_at_max_pooling(self) -> bool:
        """Whether the winner of a window gets its part of the (stabilised) maximum, and not simply all of it."""
        return False

    def stabilise(self, sums: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The divisors, moved away from 0 by the stabiliser, a sum of 0 upwards."""
        return torch.where(sums < 0, sums - self.stabiliser, sums + self.stabiliser)
