"""Where in its file a sample stood that is called by its number, as in ``train/00012``."""

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int


def original_rows(sample_ids: Sequence[str], rows: int) -> Int[np.ndarray, "sample"] | None:
    """The number at the end of each id, all different and below ``rows``; None where one is not."""
    numbers = [re.search(r"\d{1,18}$", sample_id, re.ASCII) for sample_id in sample_ids]
    found = {int(number[0]): None for number in numbers if number}
    if len(found) != len(sample_ids) or max(found, default=0) >= rows:
        return None
    return np.array(list(found), dtype=np.int64)
