"""Slow, obvious implementations of HUDD's retraining: loops over images, clusters, members, from the descriptions."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

Vector = Sequence[float]


def reference_distance(one: Vector, other: Vector) -> float:
    """The Euclidean distance, its squares added up without rounding in between."""
    return math.sqrt(math.fsum((float(a) - float(b)) ** 2 for a, b in zip(one, other, strict=True)))


def reference_closest_member(image: Vector, errors: Sequence[Vector], clusters: Sequence[int], cluster: int) -> float:
    """The least distance to an error of the cluster."""
    return min(
        reference_distance(image, error) for error, number in zip(errors, clusters, strict=True) if number == cluster
    )


def reference_centroid(image: Vector, errors: Sequence[Vector], clusters: Sequence[int], cluster: int) -> float:
    """The distance to the mean of the errors of the cluster."""
    own = [error for error, number in zip(errors, clusters, strict=True) if number == cluster]
    return reference_distance(image, [math.fsum(map(float, values)) / len(own) for values in zip(*own, strict=True)])


def reference_assignment(
    distances: Sequence[Sequence[float]], quotas: Sequence[int], sample_ids: Sequence[str]
) -> dict[int, int]:
    """The cluster of each unsafe image, by its position: one pair after another, as the released code goes."""
    found: dict[int, int] = {}
    clusters = [cluster for cluster, quota in enumerate(quotas) if quota > 0]
    for choice in range(len(clusters)):
        pairs = []
        for image, row in enumerate(distances):
            cluster = sorted(clusters, key=lambda number, row=row: (row[number], number))[choice]
            pairs.append((row[cluster], sample_ids[image], image, cluster))
        for _, _, image, cluster in sorted(pairs):
            if image not in found and list(found.values()).count(cluster) < quotas[cluster]:
                found[image] = cluster
    return found


def reference_dealt_by_size(budget: int, sizes: Sequence[int]) -> list[int]:
    """The whole part of each cluster's exact share, then an image more for those with the largest parts left."""
    shares = [Fraction(budget * size, sum(sizes)) for size in sizes]
    dealt = [math.floor(share) for share in shares]
    left = [share - whole for share, whole in zip(shares, dealt, strict=True)]
    for _ in range(budget - sum(dealt)):
        best = max(range(len(sizes)), key=lambda cluster: (left[cluster], sizes[cluster], -cluster))
        dealt[best] += 1
        left[best] = Fraction(-1)
    return dealt


def reference_chances(distances: Sequence[float]) -> list[Fraction]:
    """How likely each image of a cluster is copied: 1 - d / sum d, over the sum of these."""
    total = sum(map(Fraction, distances))
    weights = [1 - Fraction(distance) / total for distance in distances]
    return [weight / sum(weights) for weight in weights]


def reference_entropy(probabilities: Sequence[float]) -> float:
    """Shannon's, in nats."""
    return -math.fsum(p * math.log(p) for p in map(float, probabilities) if p > 0)


def reference_counts(values: Sequence[int]) -> Mapping[int, int]:
    """How often each value is there."""
    return {value: list(values).count(value) for value in sorted(set(values))}
