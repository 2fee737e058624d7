"""The z+ rule."""

from dataclasses import dataclass

from faultloc.probes.relevance.rules.rule import Rule, Share, Term, negative, positive


@dataclass(frozen=True)
class ZPlus(Rule):
    """Only products above 0 get relevance, and a bias above 0 shares in it: what is positive stays so.

    Source: Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor Decomposition", 2017,
    section 4.1.
    Differs: an input below 0 with a weight below 0 counts too (alpha-beta with alpha 1 and beta 0, as zennit does it).
    """

    @property
    def convolution(self) -> tuple[Share, ...]:
        """The products above 0: of two positive factors and of two negative ones."""
        return (Share((Term(positive, positive, positive), Term(negative, negative, None))),)
