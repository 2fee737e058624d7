"""What was found, in words."""

import pandas as pd

from faultloc.report.shared.counted import counted
from faultloc.report.shared.metric_headings import percent

# What a person looks at first.
_FIRST = 3
# A label that no more have says little of a cluster.
_HALF = 0.5


def describe_causes(causes: pd.DataFrame, errors: int, samples: int, layer: str) -> str:
    """How many errors fall into how many clusters, and what the largest are; ``causes`` is the table of them."""
    inside = int(causes["errors"].sum()) if len(causes) else 0
    if not len(causes):
        return f"{errors:,} of {samples:,} samples are errors, and none of them shares a cluster with another."
    apart = f", {counted(errors - inside, 'error')} apart" if inside < errors else ""
    columns = ("given_label", "given_share", "predicted_label", "predicted_share", "pair_share")
    labels = zip(*(causes[name].head(_FIRST).tolist() for name in columns), strict=True)
    sizes = causes["errors"].head(_FIRST).tolist()
    largest = ", ".join(
        f"{counted(size, 'error')} ({labels_in_words(*of)})" for size, of in zip(sizes, labels, strict=True)
    )
    clusters = f"{len(causes)} clusters" if len(causes) > 1 else "one cluster"
    shown = "; the largest" if len(causes) > _FIRST else ""
    return (
        f"{errors:,} of {samples:,} samples are errors ({percent(errors / samples)}). By the layer {layer} they fall "
        f"into {clusters}{apart}{shown}: {largest}."
    )


def labels_in_words(given: str, given_share: float, predicted: str, predicted_share: float, pair_share: float) -> str:
    """What a cluster's errors are taken for: its commonest labels, the shares that have them, and that have both."""
    if pair_share > _HALF:
        return f"{'' if pair_share == 1 else 'mainly '}{given} taken for {predicted}"
    if predicted_share > _HALF:
        return f"{'various classes' if predicted_share == 1 else 'mainly'} taken for {predicted}"
    if given_share > _HALF:
        return f"{'' if given_share == 1 else 'mainly '}{given} taken for various classes"
    return "various classes"


def headline(causes: int, errors: int, samples: int) -> str:
    """The result as the title of the page."""
    clusters = f"{causes} clusters" if causes != 1 else "one cluster"
    return f"The model errs on {errors:,} of {samples:,} test samples, which fall into {clusters} that may be causes"
