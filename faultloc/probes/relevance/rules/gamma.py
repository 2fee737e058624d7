"""The gamma rule."""

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from faultloc.probes.relevance.rules.rule import Rule, Share, Term, negative, positive


def _above_zero(outputs: Float[Tensor, "..."]) -> Bool[Tensor, "..."]:
    return outputs > 0


def _below_zero(outputs: Float[Tensor, "..."]) -> Bool[Tensor, "..."]:
    return outputs < 0


@dataclass(frozen=True)
class Gamma(Rule):
    """Products that go the way of the output count 1 + ``gamma`` times, so that it stands out from what cancels.

    Source: Montavon et al., "Layer-Wise Relevance Propagation: An Overview", 2019, section 10.2.2; for inputs and
    outputs of either sign Andéol et al., "Learning Domain Invariant Representations by Joint Wasserstein Distance
    Minimization", 2021. The default of ``gamma`` is that of zennit.
    """

    gamma: float = 0.25

    @property
    def convolution(self) -> tuple[Share, ...]:
        """One share for outputs above 0 and one for those below; an output of 0 passes nothing on."""
        up, down = self._more_positive, self._more_negative
        return (
            Share((Term(positive, up, up), Term(negative, down, None)), _above_zero),
            Share((Term(positive, down, down), Term(negative, up, None)), _below_zero),
        )

    def _more_positive(self, values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return values + self.gamma * positive(values)

    def _more_negative(self, values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return values + self.gamma * negative(values)
