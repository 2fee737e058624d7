"""Suites that are even over the classes, and suites that are not."""

import math

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError


def draw_biased_suite(
    labels: Int[np.ndarray, "sample"], size: int, classes: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, "_"], float]:
    """The places of ``size`` different samples, some classes more than others, and the alpha that says how much.

    The classes' shares are Dirichlet's with one alpha for all, drawn from .1 (few classes) to 10 (nearly even), evenly
    in its logarithm. What a class cannot give is shared among those that can.

    Raises:
        ConfigError: there are not so many samples.
    """
    if not 1 <= size <= len(labels):
        raise ConfigError(f"a suite of {size} samples is asked for, of {len(labels)}; expected 1 to that")
    alpha = float(np.exp(rng.uniform(math.log(0.1), math.log(10))))
    shares = rng.dirichlet(np.full(classes, alpha))
    room = np.bincount(labels, minlength=classes)
    counts = np.zeros(classes, dtype=np.int64)
    while left := size - int(counts.sum()):
        weights = np.where(counts < room, shares, 0.0)
        if not weights.sum() > 0:
            weights = (counts < room).astype(float)
        counts = np.minimum(counts + rng.multinomial(left, weights / weights.sum()), room)
    chosen = [rng.choice(np.flatnonzero(labels == kind), counts[kind], replace=False) for kind in range(classes)]
    return rng.permutation(np.concatenate(chosen).astype(np.int64)), alpha


def draw_even_suite(
    labels: Int[np.ndarray, "sample"], size: int, classes: int, rng: np.random.Generator
) -> Int[np.ndarray, "_"]:
    """The places of ``size`` different samples, as many of each class as can be; who has one more is drawn.

    Raises:
        ConfigError: there are not so many samples.
    """
    if not 1 <= size <= len(labels):
        raise ConfigError(f"a suite of {size} samples is asked for, of {len(labels)}; expected 1 to that")
    # In rounds: each sample has its place within its class, at random; the lower rounds come first.
    order = rng.permutation(len(labels))
    rounds = np.zeros(len(labels), dtype=np.int64)
    for kind in range(classes):
        own = order[labels[order] == kind]
        rounds[own] = np.arange(len(own))
    return order[np.argsort(rounds[order], kind="stable")][:size]
