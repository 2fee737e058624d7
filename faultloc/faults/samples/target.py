"""Faults of a regression: targets that mean nothing, for the input that was there or for a foreign one."""

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError
from faultloc.faults.samples.plan import FaultPlan, mark
from faultloc.faults.samples.share import draw_share
from faultloc.subject.dataset import Targets

_KINDS = ("random_label", "random_data")


def plan_target_fault(
    labels: Int[np.ndarray, "sample"], targets: Targets, kind: str, ratio: float | int, rng: np.random.Generator
) -> FaultPlan:
    """For ``ratio`` of all samples (rounded down), targets that are uniform over the range of ``targets``.

    With ``random_data`` they are to have a foreign input as well. All samples are of one class.

    Raises:
        ConfigError: the fault is one of classes.

    Source: DFauLo, faults of its facial landmarks: wrong landmarks lie anywhere in the face's box; a foreign picture,
    which has no face, gets such landmarks, too.
    """
    if kind not in _KINDS:
        raise ConfigError(
            f"fault.kind={kind} is about classes, and the data set has targets instead of labels; expected one of "
            f"{', '.join(_KINDS)} and none"
        )
    chosen = draw_share(labels, 0, ratio, rng)
    values = np.array(targets.values)
    values[chosen] = targets.draw(len(chosen), rng)
    marked = mark(labels, chosen, kind)
    return FaultPlan(marked.labels, marked.fault_kinds, values)
