"""What a summary of data faults says, in words."""

from collections.abc import Mapping

from faultloc.fault_estimate import FaultEstimate
from faultloc.kinds import count_in_words


def describe_summary(summary: Mapping[str, object]) -> str:
    """How many samples look faulty, of which kind, and how far down the list it pays to look."""
    samples, estimate = summary["samples"], FaultEstimate.from_summary(summary)
    if estimate is None:
        return f"{samples:,} samples ranked, the most suspicious first."
    kinds = summary["kinds"]
    assert isinstance(kinds, Mapping)
    counted = [count_in_words(count, kind) for kind, count in kinds.items() if count]
    # Each suspect alone may be sound: that some are is what the lower count says.
    suspects, expected = "The suspected ones are", estimate.expected
    if expected is not None and sum(kinds.values()) > expected:
        suspects = "More samples are suspected, some of which are sound:"
    listed = f" {suspects} {_joined(counted)}." if counted else " None of them is suspected on its own."
    assert isinstance(samples, int)
    parts = [estimate.count_words(samples), *filter(None, [_because(estimate)]), estimate.advice(samples)]
    said = [f"{part[:1].upper()}{part[1:]}." for part in parts]
    return f"{' '.join(said[:-1])}{listed} {said[-1]}"


def _because(estimate: FaultEstimate) -> str:
    if not estimate.reasons:
        return ""
    return f"{'the reason' if estimate.expected is None else 'the range is wide'}: {estimate.reasons}"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
