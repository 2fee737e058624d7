"""What every criterion of coverage answers with. It says how much a test suite exercises, and suspects nothing."""

from dataclasses import dataclass

from faultloc.errors import DataError


@dataclass(frozen=True)
class Coverage:
    """How much of what a criterion counts a test suite has covered: ``value`` is in [0, 1], higher covers more.

    ``covered`` of ``total`` are covered, where ``0 <= covered <= attainable <= total``. ``attainable`` is the most that
    any suite of as many samples could cover: one sample reaches one section of each neuron, and nothing reaches a
    section of a neuron that never changed in training. A value that is low because the suite is small or the network
    has idle units is told from one that is low because the samples are alike by ``share_of_attainable``. ``notes``
    are sentences for people: what is saturated, singular or left out.

    It cannot be merged: which units two suites have in common is no longer in these numbers. Merge the criteria that
    gave them (``Criterion.merge``) and compute again.

    Raises:
        DataError: the numbers are not in that order.

    Example:
        >>> found = Coverage("nc", covered=3, total=12, attainable=6)
        >>> found.value, found.share_of_attainable
        (0.25, 0.5)
    """

    criterion: str
    # Counts are integers of any size (patterns of a network may number more than 2**64); a norm is a real number.
    covered: int | float
    total: int | float
    attainable: int | float
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.covered <= self.attainable <= self.total:
            raise DataError(
                f"the criterion {self.criterion} says that {self.covered} are covered, {self.attainable} attainable, "
                f"of {self.total}; expected 0 <= covered <= attainable <= total"
            )

    @property
    def value(self) -> float:
        """The share of ``total`` that is covered, in [0, 1]; 0 where there is nothing to cover."""
        return self.covered / self.total if self.total else 0.0

    @property
    def share_of_attainable(self) -> float:
        """The share of ``attainable`` that is covered, in [0, 1]; 0 where nothing is attainable."""
        return self.covered / self.attainable if self.attainable else 0.0

    @property
    def is_saturated(self) -> bool:
        """True where no other suite of this size would cover more: the criterion no longer tells suites apart."""
        return self.attainable > 0 and self.covered == self.attainable
