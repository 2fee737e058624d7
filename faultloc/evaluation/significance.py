"""Whether repetitions of two rankings differ, and how much.

Source: Yin et al., "Dynamic Data Fault Localization for Deep Neural Networks", ESEC/FSE 2023: a win is a Wilcoxon
rank-sum test below 0.05 together with a Cliff's delta of at least 0.147, the bound of Romano et al. (2006) below which
a difference is negligible. Differs: p is exact for few repetitions, where the normal approximation is too small (0.0495
in place of 0.1 for three beside three), and too few to tell is told apart from a tie.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

SIGNIFICANT = 0.05
NEGLIGIBLE = 0.147

WIN, TIE, LOSS, TOO_FEW = "win", "tie", "loss", "too few"
OUTCOMES = (WIN, TIE, LOSS, TOO_FEW)

# Up to this many ways to deal the values out, all of them are tried: 7 beside 7, or 12 pairs.
_MOST_DEALS = 5000


@dataclass(frozen=True)
class Comparison:
    """What tells one group of values from another: ``p`` in [0, 1], ``delta`` in [-1, 1], and one of ``OUTCOMES``.

    ``delta`` is positive where the first group is better. Both are NaN where a group is empty.
    """

    p: float
    delta: float
    outcome: str


def compare_groups(
    ours: Float[np.ndarray, "_"], theirs: Float[np.ndarray, "_"], *, higher_is_better: bool = True
) -> Comparison:
    """Who is better by the paper's rule; the values hold no NaN."""
    if not len(ours) or not len(theirs):
        return Comparison(math.nan, math.nan, TOO_FEW)
    p = rank_sum_p(ours, theirs)
    delta = cliffs_delta(ours, theirs) * (1 if higher_is_better else -1)
    if 2 / math.comb(len(ours) + len(theirs), len(ours)) >= SIGNIFICANT:
        return Comparison(p, delta, TOO_FEW)
    if p >= SIGNIFICANT or abs(delta) < NEGLIGIBLE:
        return Comparison(p, delta, TIE)
    return Comparison(p, delta, WIN if delta > 0 else LOSS)


def cliffs_delta(ours: Float[np.ndarray, "_"], theirs: Float[np.ndarray, "_"]) -> float:
    """The share of pairs in which ours is higher minus that in which it is lower; in [-1, 1], 0 where they are alike.

    Neither group is empty. Takes O(n log n). Source: Cliff, "Dominance statistics", Psychological Bulletin 114, 1993.
    """
    ordered = np.sort(theirs)
    lower = np.searchsorted(ordered, ours, side="left").sum()
    higher = (len(ordered) - np.searchsorted(ordered, ours, side="right")).sum()
    return float(lower - higher) / (len(ours) * len(theirs))


def rank_sum_p(ours: Float[np.ndarray, "_"], theirs: Float[np.ndarray, "_"]) -> float:
    """The two-sided p of Wilcoxon's rank-sum test (Mann and Whitney's); in [0, 1]. Neither group is empty.

    Exact, also with ties, for up to 5,000 ways to deal out the values, as 7 beside 7; above, the normal approximation
    with its corrections for ties and continuity.
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([ours, theirs]))
    return _rank_sum_p(tuple(sorted(ranks[: len(ours)])), tuple(sorted(ranks[len(ours) :])))


# The ranks of a few repetitions repeat: most often one group is wholly above the other.
@lru_cache(maxsize=4096)
def _rank_sum_p(ours: tuple[float, ...], theirs: tuple[float, ...]) -> float:
    from scipy.stats import mannwhitneyu

    ranks, size = np.array([*ours, *theirs]), len(ours)
    if math.comb(len(ranks), size) > _MOST_DEALS:
        # Without any difference scipy has no p to give.
        return 1.0 if ranks.min() == ranks.max() else float(mannwhitneyu(ours, theirs, method="asymptotic").pvalue)
    deals = np.array(list(itertools.combinations(range(len(ranks)), size)))
    # Ranks are halves, so that sums of them are exact.
    distance = np.abs(ranks[deals].sum(axis=1) - size * ranks.mean())
    return float((distance >= distance[0]).mean())  # the first deal is ours


def signed_rank_p(differences: Float[np.ndarray, "_"]) -> float:
    """The two-sided p of Wilcoxon's signed-rank test on paired ``differences``; in [0, 1], NaN for fewer than six.

    Six is the fewest of which p can fall below 0.05. Pairs without a difference count among the six, and are left out
    of the ranks as Wilcoxon does. Exact, also with ties, for up to 12 pairs that differ; above, SciPy's choice: exact
    where it can be, else the normal approximation.
    """
    from scipy.stats import rankdata, wilcoxon

    if 2 / 2 ** len(differences) >= SIGNIFICANT:
        return math.nan
    differing = differences[differences != 0]
    if not len(differing):
        return 1.0
    if 2 ** len(differing) > _MOST_DEALS:
        return float(wilcoxon(differing, correction=True).pvalue)
    signed = np.sign(differing) * rankdata(np.abs(differing))
    turned = np.array(list(itertools.product([1, -1], repeat=len(signed)))) @ signed
    return float((np.abs(turned) >= abs(signed.sum())).mean())
