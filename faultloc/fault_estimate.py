"""How many samples of a data set look faulty, and how a summary says so."""

from collections.abc import Mapping
from dataclasses import dataclass

_KEYS = ("expected_faults", "expected_faults_low", "expected_faults_high", "worthwhile_depth")


@dataclass(frozen=True)
class FaultEstimate:
    """About how many samples are faulty, the interval around it, and how many of the list it pays to look at."""

    expected: int
    low: int
    high: int
    worthwhile_depth: int

    @classmethod
    def from_summary(cls, summary: Mapping[str, object]) -> "FaultEstimate | None":
        """What ``summary``, that of a ranking, says; None where it holds no estimate, as that of the paper's scorer."""
        if _KEYS[0] not in summary:
            return None
        return cls(*(int(str(summary[key])) for key in _KEYS))

    def as_summary(self) -> dict[str, int]:
        """The entries of a summary that say it: ``from_summary`` reads them."""
        return dict(zip(_KEYS, (self.expected, self.low, self.high, self.worthwhile_depth), strict=True))
