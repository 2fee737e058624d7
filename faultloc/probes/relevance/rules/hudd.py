"""The rules of HUDD's released code."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from faultloc.probes.relevance.rules.rule import Rule, Share, Term, positive, whole


@dataclass(frozen=True)
class Hudd(Rule):
    """Weights above 0 without the bias at linear layers, the whole output at convolutions.

    Source: Fahmy et al., "Supporting Deep Neural Network Safety Analysis and Retraining through Heatmap-Based
    Unsupervised Learning", IEEE Transactions on Reliability 2021; the layer classes of their HUDD-Toolset.
    Differs: where windows of a max pooling overlap, an input that wins several gets relevance from each; the released
    code keeps that of one and loses the rest. It has no rule for batch normalisation, additions and average pooling;
    here they pass as under every rule.
    """

    stabiliser: float = 1e-9

    @property
    def convolution(self) -> tuple[Share, ...]:
        """The whole output, as it is."""
        return (Share((Term(),)),)

    @property
    def linear(self) -> tuple[Share, ...]:
        """The weights above 0, times inputs of either sign."""
        return (Share((Term(whole, positive, None),)),)

    @property
    def divides_at_max_pooling(self) -> bool:
        """As released: input over stabilised maximum."""
        return True

    def stabilise(self, sums: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The stabiliser added whatever the sign, as released."""
        return sums + self.stabiliser
