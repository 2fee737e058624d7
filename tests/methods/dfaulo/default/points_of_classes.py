"""Points of made-up classes, two of them alike or with exchanged labels, and what the inputs alone say of them."""

from functools import cache

import numpy as np
import torch

from faultloc.methods.dfaulo.default.inputs.reading import read_inputs

SAMPLES, PAIR = 4000, (1, 3)


@cache
def made_up(forth=0.0, back=0.0, alike=0.0, wrong=0.0, seed=0, classes=5, samples=SAMPLES):
    """What a regression on the inputs says of each sample that is left out, and the labels it has learned from.

    Points around the middles of classes, those of the pair nearer to one another by ``alike``. The share ``forth`` of
    the pair's first class has the label of the second, ``back`` the other way round, whatever the point; the share
    ``wrong`` of all samples has any label.
    """
    rng = np.random.default_rng(seed)
    middles = rng.normal(0, 1, (classes, 8))
    between = middles[list(PAIR)].mean(axis=0)
    middles[list(PAIR)] = between + (1 - alike) * (middles[list(PAIR)] - between)
    true = rng.integers(0, classes, samples)
    points = (middles[true] + rng.normal(0, 1, (samples, 8))).astype(np.float32)
    rate = np.where(true == PAIR[0], forth, np.where(true == PAIR[1], back, 0.0))
    labels = np.where(rng.random(samples) < rate, sum(PAIR) - true, true)
    labels = np.where(rng.random(samples) < wrong, rng.integers(0, classes, samples), labels)
    reading = read_inputs(torch.from_numpy(points), labels, classes, torch.Generator().manual_seed(seed))
    assert reading is not None
    return reading.opinion, labels
