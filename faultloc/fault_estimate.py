"""How many samples of a data set look faulty, how sure that is and why not surer, and how a summary says so."""

from collections.abc import Mapping
from dataclasses import dataclass

_EXPECTED, _LOW, _HIGH, _DEPTH, _DOUBTS = (
    "expected_faults",
    "expected_faults_low",
    "expected_faults_high",
    "worthwhile_depth",
    "doubts",
)

# What makes a count unsure, by the names that a summary has for it.
MEMORISED, UNLEARNED, IMBALANCED = "memorised", "not learned", "imbalanced classes"
FEW_A_CLASS, FEW, ALIKE = "few samples a class", "few samples", "classes alike"

_WHY = {
    MEMORISED: "the model agrees with nearly all labels, or with those that look wrong as well, as one does that has "
    "learned its wrong labels by heart: what it has learned so is not seen in it",
    UNLEARNED: "mutants of the model contradict most labels of samples that they were not shown, so that they cannot "
    "tell a wrong label from one that they have not learned",
    IMBALANCED: "some classes are so rare that next to nothing speaks for or against their labels",
    FEW_A_CLASS: "there are few samples a class",
    FEW: "there are few samples",
    ALIKE: "the model's classes are hard to tell apart, and a hard sample looks like a wrong label",
}


@dataclass(frozen=True)
class FaultEstimate:
    """About how many samples are faulty, the interval around it, and how many of the list to look at, 1 or more.

    ``expected`` is None where no count can be given; ``low`` are seen to be faulty all the same, and ``high``, where it
    is less than there are samples, is the most that may be. ``doubts`` name what makes the interval wide, the gravest
    first.
    """

    expected: int | None
    low: int
    high: int
    worthwhile_depth: int
    doubts: tuple[str, ...] = ()

    @classmethod
    def from_summary(cls, summary: Mapping[str, object]) -> "FaultEstimate | None":
        """What ``summary``, that of a ranking, says; None where it holds no estimate, as that of the paper's scorer."""
        if _EXPECTED not in summary:
            return None
        low, high, depth = (int(str(summary[key])) for key in (_LOW, _HIGH, _DEPTH))
        expected, doubts = summary[_EXPECTED], summary.get(_DOUBTS, ())
        named = tuple(str(doubt) for doubt in doubts) if isinstance(doubts, (list, tuple)) else ()
        return cls(None if expected is None else int(str(expected)), low, high, depth, named)

    def as_summary(self) -> dict[str, object]:
        """The entries of a summary that say it: ``from_summary`` reads them."""
        return {
            _EXPECTED: self.expected,
            _LOW: self.low,
            _HIGH: self.high,
            _DEPTH: self.worthwhile_depth,
            _DOUBTS: list(self.doubts),
        }

    @property
    def reasons(self) -> str:
        """Why the interval is wide or no count can be given, in words without a full stop; empty where it is not."""
        return "; ".join(_WHY[doubt] for doubt in self.doubts if doubt in _WHY)

    def count_words(self, samples: int) -> str:
        """The count and its interval, in words without a full stop; ``samples`` are there in all."""
        if self.expected is None:
            bounds = [f"at least {self.low:,} look so"] if self.low else []
            bounds += [f"at most {self.high:,} may be"] if self.high < samples else []
            seen = f", but {' and '.join(bounds)}" if bounds else ""
            return f"how many of {samples:,} samples are faulty cannot be said{seen}"
        verb = "looks" if self.expected == 1 else "look"
        return f"about {self.expected:,} of {samples:,} samples {verb} faulty (between {self.low:,} and {self.high:,})"

    def advice(self, samples: int) -> str:
        """How far to look down the list of ``samples``, in words without a full stop."""
        if self.worthwhile_depth >= samples:
            return "only a look at all of them would tell"
        first = f"the first {self.worthwhile_depth:,}" if self.worthwhile_depth > 1 else "the head"
        if self.expected is None or not self.low:
            return f"look at {first} of the list and judge whether it pays to go on"
        return f"it pays to look at {first} of the list"
