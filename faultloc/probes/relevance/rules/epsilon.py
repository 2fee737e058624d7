"""The epsilon rule."""

from dataclasses import dataclass

from faultloc.probes.relevance.rules.rule import Rule, Share, Term


@dataclass(frozen=True)
class Epsilon(Rule):
    """Every product of input and weight gets its part of the output, which the bias shares in.

    Source: Bach et al. 2015, equation 58. The stabiliser is that of zennit.
    """

    @property
    def convolution(self) -> tuple[Share, ...]:
        """The whole output, as it is."""
        return (Share((Term(),)),)
