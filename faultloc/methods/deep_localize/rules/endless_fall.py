"""A loss that falls below zero without end: something is made large that has no largest value."""

import math
from collections.abc import Iterator

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.history import History

_TIMES, _FEWEST, _BELOW = 1000, 8, 100


def check_endless_fall(history: History) -> Iterator[Symptom]:
    """A symptom once the loss lies a thousand times its first size below zero, and falls ever faster."""
    if history.losses and -_BELOW <= history.losses[-1] < math.inf:
        return  # as at nearly every look, which has to be quick
    losses = [loss for loss in history.losses[-200:] if math.isfinite(loss)]
    if len(losses) < _FEWEST or not losses[-1] < -_BELOW:
        return
    first, last = history.losses[0], losses[-1]
    half, quarter = losses[len(losses) // 2], losses[len(losses) // 4]
    is_faster = last - half < 2 * (half - quarter) < 0
    if last < -_TIMES * max(abs(first), 1) and is_faster:
        yield Symptom(
            "loss.endless", LOSS, last, 0,
            f"the loss has fallen from {first:.4g} to {last:.4g} in {len(history.losses)} steps, ever faster: a part "
            "of it has no least value",
        )  # fmt: skip
