"""Slow, obvious figures of clusters, written straight from their definitions, in fractions."""

import cmath
import math
from collections.abc import Sequence
from fractions import Fraction


def reference_clusters(cluster: Sequence[int], causes: Sequence[Sequence[str]]) -> dict:
    """Purity, strict purity, recall by cause and majority by cluster, error by error."""
    named = [list(names) if names else ["none"] for names in causes]
    majority, explained, size = {}, {}, {}
    for number in sorted(set(cluster) - {-1}):
        votes: dict[str, Fraction] = {}
        for own, names in zip(cluster, named, strict=True):
            if own == number:
                for name in names:
                    votes[name] = votes.get(name, Fraction(0)) + Fraction(1, len(names))
        most = max(votes.values())
        majority[number] = sorted(name for name in votes if votes[name] == most)[0]
        size[number] = sum(1 for own in cluster if own == number)
        explained[number] = sum(
            1 for own, names in zip(cluster, named, strict=True) if own == number and majority[number] in names
        )
    right = strict = 0
    for own, names in zip(cluster, named, strict=True):
        if own != -1 and majority[own] in names:
            right += 1
            strict += len(names) == 1
    recall = {}
    for cause in sorted({name for names in causes for name in names}):
        having = [own for own, names in zip(cluster, causes, strict=True) if cause in names]
        in_pure = 0
        for own in having:
            if own != -1 and majority[own] == cause and size[own] > 1:
                in_pure += Fraction(explained[own], size[own]) >= Fraction(9, 10)
        recall[cause] = Fraction(in_pure, len(having))
    return {
        "purity": Fraction(right, len(cluster)),
        "strict_purity": Fraction(strict, len(cluster)),
        "recall": recall,
        "majority": majority,
    }


def reference_variance(values: Sequence[float], period: float | None) -> float:
    """The mean squared distance from the mean; 1 - the length of the mean direction where the values go round."""
    if period is None:
        mean = math.fsum(values) / len(values)
        return math.fsum((value - mean) ** 2 for value in values) / len(values)
    return 1 - abs(sum(cmath.exp(2j * math.pi * value / period) for value in values) / len(values))


def reference_reduction(
    values: Sequence[float], cluster: Sequence[int], number: int, period: float | None
) -> float | None:
    """1 - var(p | C) / var(p | all errors in clusters); None where it cannot be said."""
    everyone = [v for v, own in zip(values, cluster, strict=True) if own != -1 and not math.isnan(v)]
    inside = [v for v, own in zip(values, cluster, strict=True) if own == number and not math.isnan(v)]
    if len(inside) < 2 or reference_variance(everyone, period) == 0:
        return None
    return 1 - reference_variance(inside, period) / reference_variance(everyone, period)
