"""Slow, obvious forms of what HUDD computes."""

from itertools import combinations

import numpy as np


def reference_distances(rows):
    return np.array([[np.sqrt(((one - other) ** 2).sum()) for other in rows] for one in rows])


def reference_profiles(distances):
    scaled = np.array([row / row.max() if row.max() > 0 else row for row in distances])
    return reference_distances(scaled)


def reference_spread(cluster, distances):
    """WICD of one clustering: 1/k sum |c|/n mean_{i<j in c} S[i, j], singletons adding 0."""
    names = sorted(set(cluster.tolist()))
    total = 0.0
    for name in names:
        members = [place for place, each in enumerate(cluster) if each == name]
        pairs = [distances[one, other] for one, other in combinations(members, 2)]
        total += len(members) / len(cluster) * (sum(pairs) / len(pairs) if pairs else 0.0)
    return total / len(names)


def reference_gradient(values):
    """The slope of fourth order, written out for a cubic's worth of points."""
    last = len(values) - 1
    slope = []
    for place in range(len(values)):
        if 2 <= place <= last - 2:
            before, after = values[place - 2 : place], values[place + 1 : place + 3]
            slope.append((before[0] - 8 * before[1] + 8 * after[0] - after[1]) / 12)
        elif place < 2:
            a, b, c, d, e = values[place : place + 5]
            slope.append((-25 * a + 48 * b - 36 * c + 16 * d - 3 * e) / 12)
        else:
            e, d, c, b, a = values[place - 4 : place + 1]
            slope.append((25 * a - 48 * b + 36 * c - 16 * d + 3 * e) / 12)
    return np.array(slope) / 4


def reference_deviation(held, labels, sound, sound_labels):
    """Of flat rows: the signed roots less the mean of those of the sound samples of the class, or of all sound ones."""
    root = lambda row: np.sign(row) * np.sqrt(np.abs(row))
    rows = []
    for row, label in zip(held, labels, strict=True):
        alike = [root(each) for each, other in zip(sound, sound_labels, strict=True) if other == label]
        usual = np.mean(alike or [root(each) for each in sound], axis=0)
        rows.append(root(row) - usual)
    return np.array(rows)
