"""Stable ids for samples that come without one."""

import numpy as np
from jaxtyping import Int, Shaped


def numbered_ids(split: str, indices: Int[np.ndarray, "sample"], total: int) -> Shaped[np.ndarray, "sample"]:
    """``train/00012`` for the sample at original index 12 of ``total``: they sort by text as they do by number."""
    digits = max(5, len(str(total - 1)))
    return np.array([f"{split}/{index:0{digits}d}" for index in indices], dtype=np.str_)
