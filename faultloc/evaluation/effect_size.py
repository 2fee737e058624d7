"""How likely one way is to give a better value than another, and when that may be called an improvement.

Source: Vargha and Delaney, "A Critique and Improvement of the CL Common Language Effect Size Statistics of McGraw and
Wong", 2000, whose bound of a medium effect, 0.64, is that of a claim here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.errors import DataError
from faultloc.evaluation.significance import TOO_FEW, compare_groups

MEDIUM = 0.64
# The quantile of the normal distribution for an interval of 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class EffectSize:
    """A12, in [0, 1]: how likely a value of ours is better than one of theirs, a tie counting half; 0.5 is no effect.

    ``low`` and ``high`` bound it with a confidence of 95 %. ``is_enough``: whether so many repetitions could ever be
    told apart from chance, which three beside three cannot.
    """

    a12: float
    low: float
    high: float
    is_enough: bool

    @property
    def is_improvement(self) -> bool:
        """Whether it is a medium effect or more, and surely one in our favour: the interval lies above 0.5."""
        # Rounded, because 16 of 25 pairs are 0.64 up to the last bit.
        return self.is_enough and round(self.a12, 9) >= MEDIUM and self.low > 0.5


def vargha_delaney(
    ours: Float[np.ndarray, "_"], theirs: Float[np.ndarray, "_"], *, higher_is_better: bool = True
) -> EffectSize:
    """A12 of the values of two groups of independent repetitions, with its interval of 95 %.

    The interval is Newcombe's fifth method (Statistics in Medicine 25, 2006, part 2): those values of A12 that lie
    within 1.96 of their own standard errors of the one that was found. It does not shrink to a point where the groups
    are wholly apart, as that of a bootstrap does: of 5 beside 5 normal values whose A12 is 0.92, it holds the truth in
    95 % of all cases, and a bootstrap's in 63 %.

    Raises:
        DataError: a group is empty or holds what is no number.
    """
    for values in (ours, theirs):
        if not len(values) or np.isnan(values).any():
            raise DataError(
                f"a group of {len(values)} repetitions has {np.count_nonzero(np.isnan(values))} values that are no "
                "numbers; expected one number or more, and nothing else"
            )
    found = compare_groups(ours, theirs, higher_is_better=higher_is_better)
    a12 = (found.delta + 1) / 2
    low, high = _interval(a12, len(ours), len(theirs))
    return EffectSize(a12, low, high, found.outcome != TOO_FEW)


@dataclass(frozen=True)
class Claim:
    """Whether ours may be called better than every baseline: ``effects`` by their names, and ``sentence`` in words."""

    holds: bool
    effects: Mapping[str, EffectSize]
    sentence: str


def claim_improvement(
    name: str,
    ours: Float[np.ndarray, "_"],
    baselines: Mapping[str, Float[np.ndarray, "_"]],
    *,
    higher_is_better: bool = True,
) -> Claim:
    """The claim that ``name`` is better than each of ``baselines``: held up only by improvements over all of them.

    Repetitions are independent: runs that begin from one network and one set of images say nothing of another network.

    Raises:
        DataError: there are no baselines, or a group is empty or holds what is no number.
    """
    if not baselines:
        raise DataError(f"there is no baseline to compare {name} with; expected one at least")
    effects = {
        baseline: vargha_delaney(ours, values, higher_is_better=higher_is_better)
        for baseline, values in baselines.items()
    }
    holds = all(effect.is_improvement for effect in effects.values())
    found = ", ".join(
        f"A12 {effect.a12:.2f} [{effect.low:.2f}, {effect.high:.2f}] against {baseline}"
        for baseline, effect in effects.items()
    )
    said = "is better than" if holds else "is not shown to be better than"
    rule = f"a claim needs {MEDIUM} or more and an interval above 0.5 against each"
    return Claim(holds, effects, f"{name} {said} {' and '.join(baselines)}: {found} ({rule})")


def _interval(a12: float, ours: int, theirs: int) -> tuple[float, float]:
    """Where the distance from ``a12`` is 1.96 standard errors, found by halving: below it and above it."""

    def border(outside: float) -> float:
        inside = a12
        for _ in range(60):  # halves of an interval of 1, to the last bit
            middle = (inside + outside) / 2
            if (a12 - middle) ** 2 <= _Z**2 * _variance(middle, ours, theirs):
                inside = middle
            else:
                outside = middle
        return inside

    return border(0.0), border(1.0)


def _variance(a12: float, ours: int, theirs: int) -> float:
    # Hanley and McNeil's, with both of their sample sizes less 1 replaced by the mean of the two.
    pairs = (ours + theirs) / 2 - 1
    return a12 * (1 - a12) * (1 + pairs * (1 - a12) / (2 - a12) + pairs * a12 / (1 + a12)) / (ours * theirs)
