"""The causes of a sample as one word of a table."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Shaped

_BETWEEN = "+"


def join_causes(causes: Iterable[Sequence[str]]) -> Shaped[np.ndarray, "sample"]:
    """For each sample the names of its causes with a plus between; the empty string where it has none."""
    return np.array([_BETWEEN.join(names) for names in causes], dtype=np.str_)


def split_causes(joined: Shaped[np.ndarray, "sample"]) -> list[tuple[str, ...]]:
    """The names of each sample's causes, none for the empty string."""
    return [tuple(str(names).split(_BETWEEN)) if names else () for names in joined]
