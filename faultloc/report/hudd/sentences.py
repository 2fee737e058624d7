"""What was found, in words."""

import pandas as pd

from faultloc.report.shared.metric_headings import percent

# What a person looks at first.
_FIRST = 3


def describe_causes(causes: pd.DataFrame, errors: int, samples: int, layer: str) -> str:
    """How many errors fall into how many clusters, and what the largest are; ``causes`` is the table of them."""
    inside = int(causes["errors"].sum()) if len(causes) else 0
    if not len(causes):
        return f"{errors:,} of {samples:,} samples are errors, and none of them shares a cluster with another."
    apart = f", {errors - inside:,} stand apart" if inside < errors else ""
    largest = "; ".join(
        f"{row.errors:,} mainly {row.given_label} taken for {row.predicted_label}"
        for row in causes.head(_FIRST).itertuples()
    )
    clusters = f"{len(causes)} clusters" if len(causes) > 1 else "one cluster"
    return (
        f"{errors:,} of {samples:,} samples are errors ({percent(errors / samples)}). By the layer {layer} they fall "
        f"into {clusters}{apart}; the largest: {largest}."
    )


def headline(causes: int, errors: int, samples: int) -> str:
    """The result as the title of the page."""
    clusters = f"{causes} clusters" if causes != 1 else "one cluster"
    return f"{errors:,} of {samples:,} test samples are wrong, and fall into {clusters} that may be causes"
