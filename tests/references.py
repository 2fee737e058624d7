"""Slow, obvious implementations that the fast ones are compared with: written straight from the formulas."""

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

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


# --- Statistics of repetitions ---------------------------------------------------------------------------------------


def reference_cliffs_delta(ours: Sequence[float], theirs: Sequence[float]) -> Fraction:
    """Over all pairs: the share of those in which ours is higher minus the share in which it is lower."""
    won = sum(one > other for one in ours for other in theirs)
    lost = sum(one < other for one in ours for other in theirs)
    return Fraction(won - lost, len(ours) * len(theirs))


def reference_a12(ours: Sequence[float], theirs: Sequence[float]) -> Fraction:
    """The share of pairs in which ours is higher, those that tie counted half."""
    pairs = [(mine, other) for mine in ours for other in theirs]
    return Fraction(sum(2 if mine > other else mine == other for mine, other in pairs), 2 * len(pairs))


def reference_a12_interval(a12: float, ours: int, theirs: int) -> tuple[float, float]:
    """The least and the greatest of 10,001 values of A12 that lie within 1.96 of their standard errors of ``a12``.

    The standard error is Hanley and McNeil's, with both sizes replaced by their mean where one is taken from them.
    """
    others = (ours + theirs) / 2 - 1
    within = []
    for step in range(10001):
        value = step / 10000
        two_of_ours, two_of_theirs = value / (2 - value), 2 * value**2 / (1 + value)
        spread = value * (1 - value) + others * (two_of_ours - value**2) + others * (two_of_theirs - value**2)
        if abs(value - a12) <= 1.959964 * math.sqrt(max(spread, 0) / (ours * theirs)) + 1e-12:
            within.append(value)
    return min(within), max(within)


def reference_rank_sum_p(ours: Sequence[float], theirs: Sequence[float]) -> Fraction:
    """Of all ways to deal the values out to the two groups, the share with a delta at least as far from 0."""
    values, size = [*ours, *theirs], len(ours)
    far = abs(reference_cliffs_delta(ours, theirs))
    deals = list(itertools.combinations(range(len(values)), size))
    extreme = 0
    for chosen in deals:
        one = [values[place] for place in chosen]
        other = [value for place, value in enumerate(values) if place not in chosen]
        extreme += abs(reference_cliffs_delta(one, other)) >= far
    return Fraction(extreme, len(deals))


def reference_signed_rank_p(differences: Sequence[int]) -> Fraction:
    """Of all ways to turn the signs, the share with a sum of signed ranks at least as far from 0; ties share ranks."""
    sizes = [abs(difference) for difference in differences if difference]
    # The mean of the first and the last place that equal sizes take.
    ranks = [
        Fraction(sum(other < size for other in sizes) + 1 + sum(other <= size for other in sizes), 2) for size in sizes
    ]
    signs = [1 if difference > 0 else -1 for difference in differences if difference]
    far = abs(sum(sign * rank for sign, rank in zip(signs, ranks, strict=True)))
    turned = list(itertools.product([1, -1], repeat=len(ranks)))
    extreme = sum(abs(sum(sign * rank for sign, rank in zip(turn, ranks, strict=True))) >= far for turn in turned)
    return Fraction(extreme, len(turned))


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


# ---------------------------------------------------------------------------------------------------------------------
# DFauLo's default scorer, one sample and one class at a time.


def reference_noise_matrix(
    probabilities: Sequence[Sequence[float]], labels: Sequence[int], anchor_share: float
) -> list[list[float]]:
    """Anchors' labels counted; a cell above base n + 3 sqrt(base n) + 3 has a rate of its own, the rest share base."""
    classes = len(probabilities[0])
    counts = [[0] * classes for _ in range(classes)]
    for a in range(classes):
        members = [i for i, row in enumerate(probabilities) if max(range(classes), key=lambda c: row[c]) == a]
        members.sort(key=lambda i: -probabilities[i][a])
        for i in members[: math.ceil(len(members) * anchor_share)]:
            counts[a][labels[i]] += 1
    sizes = [sum(row) for row in counts]
    hot: set[tuple[int, int]] = set()
    for _ in range(5):
        cold = [(a, b) for a in range(classes) for b in range(classes) if a != b and (a, b) not in hot]
        base = (sum(counts[a][b] for a, b in cold) + 1) / (sum(sizes[a] for a, _ in cold) + 50)
        found = set()
        for a in range(classes):
            for b in range(classes):
                expected = base * sizes[a]
                if a != b and counts[a][b] > expected + 3 * math.sqrt(expected) + 3:
                    found.add((a, b))
        if found == hot:
            break
        hot = found
    matrix = []
    for a in range(classes):
        row = [counts[a][b] / sizes[a] if (a, b) in hot else base for b in range(classes)]
        row[a] = max(1 - sum(value for b, value in enumerate(row) if b != a), 0.05)
        matrix.append([value / sum(row) for value in row])
    return matrix


def reference_log_odds(
    opinions: Sequence[tuple[Sequence[float], float, float]],
    label: int,
    matrix: Sequence[Sequence[float]],
    likelihood: float,
    foreign_share: float,
    label_share: float,
) -> float:
    """log(wrong label + foreign input) - log(right label), from opinions that are free of noise already.

    Each opinion comes with its temperature and its weight.
    """
    odds, weights = 0.0, 0.0
    for values, temperature, weight in opinions:
        powers = [value ** (1 / temperature) for value in values]
        sharpened = [power / sum(powers) for power in powers]
        wrong = sum(p * matrix[c][label] for c, p in enumerate(sharpened) if c != label)
        odds += weight * (math.log(wrong) - math.log(sharpened[label] * matrix[label][label]))
        weights += weight
    foreign_odds = foreign_share * label_share / ((1 - foreign_share) * likelihood)
    return math.log(math.exp(odds / weights) + foreign_odds)


def reference_neighbours(
    points: Sequence[Sequence[float]], labels: Sequence[int], classes: int, count: int, sharpness: float
) -> list[list[float]]:
    """The weighted labels of the ``count`` others of the highest cosine, after centring."""
    n, size = len(points), len(points[0])
    means = [sum(point[d] for point in points) / n for d in range(size)]
    centred = [[value - mean for value, mean in zip(point, means, strict=True)] for point in points]
    shares = []
    for i, point in enumerate(centred):
        cosines = []
        for j, other in enumerate(centred):
            if i != j:
                dot = sum(x * y for x, y in zip(point, other, strict=True))
                cosines.append((dot / math.hypot(*point) / math.hypot(*other), j))
        cosines.sort(reverse=True)
        weights = [(math.exp(sharpness * (cosine - cosines[0][0])), j) for cosine, j in cosines[:count]]
        row = [0.0] * classes
        for weight, j in weights:
            row[labels[j]] += weight / sum(w for w, _ in weights)
        shares.append(row)
    return shares


# ---------------------------------------------------------------------------------------------------------------------
# Peers, one sample at a time.


def reference_margin(logits: Sequence[float], label: int) -> float:
    """The logit of the given label minus the highest other one."""
    return logits[label] - max(value for other, value in enumerate(logits) if other != label)


def reference_change_rate(predicted: Sequence[int]) -> Fraction:
    """Of the classes predicted after each token: the squared places of the changes over all squared places."""
    changes = places = 0
    for j in range(1, len(predicted)):
        places += j**2
        if predicted[j] != predicted[j - 1]:
            changes += j**2
    return Fraction(changes, places) if places else Fraction(0)


def reference_is_outvoted(
    sample: int, members: Sequence[int], points: Sequence[Sequence[float]], labels: Sequence[int], count: int
) -> bool:
    """Whether another label has more votes among the ``count`` members of the highest cosine than the sample's own."""
    cosines = []
    for other in members:
        if other != sample:
            dot = sum(x * y for x, y in zip(points[sample], points[other], strict=True))
            cosines.append((dot / math.hypot(*points[sample]) / math.hypot(*points[other]), other))
    cosines.sort(reverse=True)
    voters = [labels[other] for _, other in cosines[:count]]
    return any(voters.count(label) > voters.count(labels[sample]) for label in voters)


def reference_training_record(
    shown: Sequence[Sequence[tuple[int, Sequence[float], int]]], samples: int
) -> dict[str, list[float]]:
    """Of epochs of (sample, logits, label): each sample's mean margin, forgettings, epochs and so on.

    Pleiss et al., eq. 1-2; Toneva et al., section 3, where an epoch is right if it is right each time.
    """
    kept: dict[str, list[float]] = {name: [] for name in ("mean", "forgettings", "epochs", "first", "last", "times")}
    for sample in range(samples):
        margins = [
            [reference_margin(logits, label) for place, logits, label in epoch if place == sample] for epoch in shown
        ]
        seen = [(number, epoch) for number, epoch in enumerate(margins) if epoch]
        every = [margin for _, epoch in seen for margin in epoch]
        right = [all(margin > 0 for margin in epoch) for _, epoch in seen]
        kept["mean"].append(sum(every) / len(every) if every else float("nan"))
        kept["forgettings"].append(sum(one and not following for one, following in pairwise(right)))
        kept["epochs"].append(len(seen))
        kept["first"].append(next((number for (number, _), is_right in zip(seen, right, strict=True) if is_right), -1))
        kept["last"].append(min(seen[-1][1]) if seen else float("nan"))
        kept["times"].append(len(every))
    return kept
