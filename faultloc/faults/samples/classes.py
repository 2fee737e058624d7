"""Classes that a fault is to hit: given by name or index, or drawn."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError


def find_class(named: str | int, class_names: Sequence[str], key: str) -> int:
    """The index of the class ``named``: by its name, else, where that is an integer, by its index.

    Raises:
        ConfigError: there is no such class; ``key`` names the setting.
    """
    if str(named) in class_names:
        return list(class_names).index(str(named))
    if isinstance(named, int) and 0 <= named < len(class_names):
        return named
    shown = ", ".join(class_names[:20]) + (", ..." if len(class_names) > 20 else "")
    raise ConfigError(
        f"{key}={named}: there is no such class; expected one of {shown}, or an index 0 to {len(class_names) - 1}"
    )


def find_pair(named: Sequence[str | int], class_names: Sequence[str]) -> tuple[int, int]:
    """The indices of two different classes.

    Raises:
        ConfigError: they are not two, not different, or one does not exist.
    """
    indices = [] if isinstance(named, str | int) else [find_class(name, class_names, "fault.pair") for name in named]
    if len(indices) != 2 or indices[0] == indices[1]:
        raise ConfigError(
            f"fault.pair={named}: expected two different classes, for example [3,8], or null to draw them"
        )
    return indices[0], indices[1]


def draw_classes(
    labels: Int[np.ndarray, "sample"], how_many: int, *, fewest_samples: int, ratio: float, rng: np.random.Generator
) -> list[int]:
    """``how_many`` different classes drawn from those with at least ``fewest_samples`` samples.

    Raises:
        ConfigError: there are not so many such classes.
    """
    large_enough = np.flatnonzero(np.bincount(labels) >= fewest_samples)
    if len(large_enough) < how_many:
        raise ConfigError(
            f"fault.ratio={ratio} asks for {how_many} of the classes to have {fewest_samples} samples or more each, "
            f"and {len(large_enough)} have: choose another ratio or take more samples"
        )
    return rng.choice(large_enough, how_many, replace=False).tolist()
