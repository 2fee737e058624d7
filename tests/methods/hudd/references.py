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


def reference_deviation(held, taken_for, sound, sound_taken_for):
    """Of flat, already rooted rows: the row less the mean of the sound ones of its class, both of length 1."""

    def unit(row):
        length = np.sqrt((row**2).sum())
        return row / length if length > 0 else row

    sound = np.array([unit(row) for row in sound])
    rows = []
    for row, output in zip(held, taken_for, strict=True):
        alike = sound[sound_taken_for == output]
        usual = alike.mean(0) if len(alike) else sound.mean(0)
        rows.append(unit(unit(row) - usual))
    return np.array(rows)
