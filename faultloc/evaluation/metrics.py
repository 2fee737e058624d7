"""How early a list shows its faults.

Every function takes ``ordered_faults``: whether the sample at each place of the list is a fault, the most suspicious
sample first. All need at least one fault. With n samples, m faults and places i counted from 0.

Source: Yin et al., "Dynamic Data Fault Localization for Deep Neural Networks", ESEC/FSE 2023, and its evaluation code.
"""

import math

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.errors import ConfigError, DataError


def share_found(ordered_faults: Bool[np.ndarray, "sample"], inspected: float) -> float:
    """PoBL: the share of all faults among the places i < ``inspected`` n; in [0, 1], higher is better.

    ``inspected`` is a share of the list in [0, 1].

    Differs: the experiment scripts round ``inspected`` n down; a last place that is partly inside counts here.
    """
    if not 0 <= inspected <= 1:
        raise ConfigError(f"an inspected share of {inspected} was asked for; expected 0 to 1, such as 0.05 for 5 %")
    _fault_places(ordered_faults)
    # Rounded, because 0.07 * 100 is a little more than 7 and would let an eighth place in.
    places = math.ceil(round(inspected * len(ordered_faults), 6))
    return float(ordered_faults[:places].sum() / ordered_faults.sum())


def discovery_curve(ordered_faults: Bool[np.ndarray, "sample"]) -> Float[np.ndarray, "101"]:
    """``share_found`` after 0, 1, ... 100 % of the list: rises from 0 to 1."""
    _fault_places(ordered_faults)
    found = np.concatenate([[0], np.cumsum(ordered_faults)])
    places = -(-np.arange(101) * len(ordered_faults) // 100)  # rounded up, in whole numbers
    return found[places] / found[-1]


def ideal_curve(samples: int, faults: int) -> Float[np.ndarray, "101"]:
    """The discovery curve of a list that starts with all its faults."""
    return discovery_curve(np.arange(samples) < faults)


def rauc(ordered_faults: Bool[np.ndarray, "sample"]) -> float:
    """Area under the discovery curve relative to the ideal one's; in (0, 1], higher is better, 1 is ideal.

    Source: trapezoids over PoBL(j %), j = 0 ... 100.
    """
    ideal = ideal_curve(len(ordered_faults), int(ordered_faults.sum()))
    return _area(discovery_curve(ordered_faults)) / _area(ideal)


def apfd(ordered_faults: Bool[np.ndarray, "sample"]) -> float:
    """Average percentage of faults detected, 1 - sum(i) / (n m) + 1 / (2 n); in (0, 1], higher is better.

    The ideal list has 1 - (m - 1) / (2 n) + 1 / (2 n), not 1.

    Differs: the paper's code counts places from 0, which exceeds the textbook (Rothermel et al., 2001) by 1 / n.
    """
    n = len(ordered_faults)
    return float(1 - _fault_places(ordered_faults).mean() / n + 1 / (2 * n))


def exam_first(ordered_faults: Bool[np.ndarray, "sample"]) -> float:
    """The share of the list up to and with the first fault; in (0, 1], lower is better."""
    return float((_fault_places(ordered_faults)[0] + 1) / len(ordered_faults))


def exam_last(ordered_faults: Bool[np.ndarray, "sample"]) -> float:
    """The share of the list up to and with the last fault; in (0, 1], lower is better."""
    return float((_fault_places(ordered_faults)[-1] + 1) / len(ordered_faults))


def exam_average(ordered_faults: Bool[np.ndarray, "sample"]) -> float:
    """The mean share of the list before a fault, sum(i) / (n m); in [0, 1), lower is better.

    It is 1 - APFD + 1 / (2 n). Differs: the other two EXAM values count the fault itself, as the paper's code does.
    """
    return float(_fault_places(ordered_faults).mean() / len(ordered_faults))


def _fault_places(ordered_faults: Bool[np.ndarray, "sample"]) -> Int[np.ndarray, "fault"]:
    places = np.flatnonzero(ordered_faults)
    if not len(places):
        raise DataError(
            f"none of the {len(ordered_faults)} samples is a fault, so no ranking can be judged; plant one (fault=...)"
        )
    return places


def _area(curve: Float[np.ndarray, "101"]) -> float:
    # Trapezoids of equal width, which cancels in the ratio; numpy's own function changed its name in version 2.
    return float(curve.sum() - (curve[0] + curve[-1]) / 2)
