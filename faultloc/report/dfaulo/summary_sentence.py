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
    listed = f" The suspected ones are {_joined(counted)}." if counted else " None of them is suspected on its own."
    verb = "looks" if estimate.expected == 1 else "look"
    return (
        f"About {estimate.expected:,} of {samples:,} samples {verb} faulty "
        f"(between {estimate.low:,} and {estimate.high:,}).{listed} "
        f"It pays to look at the first {estimate.worthwhile_depth:,} of the list."
    )


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
