"""What a summary of data faults says, in words."""

from collections.abc import Mapping

_PLURAL = {
    "wrong label": "wrong labels",
    "foreign input": "foreign inputs",
    "ambiguous": "ambiguous",
    "near-duplicate with another label": "near-duplicates with another label",
}


def describe_summary(summary: Mapping[str, object]) -> str:
    """How many samples look faulty, of which kind, and how far down the list it pays to look."""
    samples = summary["samples"]
    if "expected_faults" not in summary:
        return f"{samples:,} samples ranked, the most suspicious first."
    expected, low, high = (summary[f"expected_faults{end}"] for end in ("", "_low", "_high"))
    kinds = summary["kinds"]
    assert isinstance(kinds, Mapping)
    counted = [f"{count:,} {_PLURAL.get(kind, kind) if count != 1 else kind}" for kind, count in kinds.items() if count]
    listed = f" The suspected ones are {_joined(counted)}." if counted else " None of them is suspected on its own."
    verb = "looks" if expected == 1 else "look"
    return (
        f"About {expected:,} of {samples:,} samples {verb} faulty (between {low:,} and {high:,})."
        f"{listed} It pays to look at the first {summary['worthwhile_depth']:,} of the list."
    )


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
