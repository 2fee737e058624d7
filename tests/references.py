"""Slow, obvious implementations that the fast ones are compared with: written straight from the formulas."""

import math
from collections.abc import Sequence
from fractions import Fraction

# ---------------------------------------------------------------------------------------------------------------------
# Ranking metrics: a list of booleans, the most suspicious sample first, places counted from 0.


def reference_share_found(ordered_faults: Sequence[bool], inspected: str) -> Fraction:
    """PoBL(r) = number of faults with i < r n, over m; ``inspected`` as text, so that it is exact."""
    n = len(ordered_faults)
    found = faults = 0
    for i, is_fault in enumerate(ordered_faults):
        if is_fault:
            faults += 1
            if i < Fraction(inspected) * n:
                found += 1
    return Fraction(found, faults)


def reference_rauc(ordered_faults: Sequence[bool]) -> Fraction:
    """The trapezoids under PoBL(j / 100), over those of the same list with its faults first."""
    areas = []
    for faults in (ordered_faults, sorted(ordered_faults, reverse=True)):
        shares = [reference_share_found(faults, f"{j}/100") for j in range(101)]
        area = Fraction(0)
        for j in range(100):
            area += (shares[j] + shares[j + 1]) / 2 * Fraction(1, 100)
        areas.append(area)
    return areas[0] / areas[1]


def reference_apfd(ordered_faults: Sequence[bool]) -> Fraction:
    """1 - sum of i over the faults / (n m) + 1 / (2 n)."""
    n, m, total = len(ordered_faults), 0, 0
    for i, is_fault in enumerate(ordered_faults):
        if is_fault:
            m += 1
            total += i
    return 1 - Fraction(total, n * m) + Fraction(1, 2 * n)


def reference_exam(ordered_faults: Sequence[bool]) -> tuple[Fraction, Fraction, Fraction]:
    """EXAM of the first fault, of the last one, and on average."""
    n = len(ordered_faults)
    places = [i for i, is_fault in enumerate(ordered_faults) if is_fault]
    return Fraction(places[0] + 1, n), Fraction(places[-1] + 1, n), Fraction(sum(places), n * len(places))


def reference_auroc(is_fault: Sequence[bool], suspiciousness: Sequence[float]) -> Fraction:
    """The share of (fault, sound) pairs in which the fault is the more suspicious one; a tie counts half."""
    won, pairs = Fraction(0), 0
    for fault, fault_suspiciousness in zip(is_fault, suspiciousness, strict=True):
        for other, other_suspiciousness in zip(is_fault, suspiciousness, strict=True):
            if fault and not other:
                pairs += 1
                if fault_suspiciousness > other_suspiciousness:
                    won += 1
                elif fault_suspiciousness == other_suspiciousness:
                    won += Fraction(1, 2)
    return won / pairs


# --- DFauLo: deletion sets, features, seed set -----------------------------------------------------------------------


def reference_top_of_each_class(values: Sequence[float], labels: Sequence[int], ratio: float) -> set[int]:
    """The int(n * ratio) samples of each label with the highest values; of equals, those that come first."""
    deleted: set[int] = set()
    for label in set(labels):
        members = [index for index in range(len(labels)) if labels[index] == label]
        wanted = int(len(members) * ratio)
        for _ in range(wanted):
            best = None
            for index in members:
                if index not in deleted and (best is None or values[index] > values[best]):
                    best = index
            deleted.add(best)
    return deleted


def reference_smaller_clusters(clusters: Sequence[int], labels: Sequence[int]) -> set[int]:
    """All members of the smaller of the two clusters of each label; of two equal ones, of cluster 1."""
    deleted: set[int] = set()
    for label in set(labels):
        zeros = [index for index in range(len(labels)) if labels[index] == label and clusters[index] == 0]
        ones = [index for index in range(len(labels)) if labels[index] == label and clusters[index] == 1]
        deleted.update(zeros if len(zeros) < len(ones) else ones)
    return deleted


def reference_squashed_loss(probabilities: Sequence[float], label: int) -> float:
    """-p[y] + log(sum over k of exp(p[k]))."""
    return -probabilities[label] + math.log(sum(math.exp(probability) for probability in probabilities))


def reference_features(
    label: int,
    subject: Sequence[float],
    mutants: Sequence[Sequence[float]],
    deleted: Sequence[bool],
) -> list[float]:
    """Section (a), step 3 of the method: one sample's vector, number by number."""
    vector = list(subject)
    vector += [1.0 if other == label else 0.0 for other in range(len(subject))]
    for mutant in mutants:
        vector += list(mutant)
    vector += [1.0 if flag else 0.0 for flag in deleted]
    vector += [reference_squashed_loss(opinion, label) for opinion in [subject, *mutants]]
    return vector
