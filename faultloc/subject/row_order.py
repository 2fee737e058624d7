"""Bringing rows of different tables together by sample id, never by their order."""

import numpy as np
from jaxtyping import Int, Shaped

from faultloc.errors import DataError


def rows_of(
    wanted: Shaped[np.ndarray, "sample"], available: Shaped[np.ndarray, "row"], table: str
) -> Int[np.ndarray, "sample"]:
    """The row of each ``wanted`` sample id among the ``available`` ones; ``table`` names those in errors.

    Raises:
        DataError: an id is missing or stands there twice.
    """
    by_id = np.argsort(available, kind="stable")
    ids = available[by_id]
    if (ids[1:] == ids[:-1]).any():
        raise DataError(
            f"{table} holds the sample id {ids[:-1][ids[1:] == ids[:-1]][0]!s} twice; expected every id once"
        )
    if not len(ids):
        raise DataError(f"{table} is empty; expected a row for each of {len(wanted)} samples")
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    missing = ids[found] != wanted
    if missing.any():
        raise DataError(
            f"{table} has no row for {int(missing.sum())} of {len(wanted)} samples, the first is "
            f"{wanted[missing][0]!s}; it was made for another data set: run `dvc repro`"
        )
    return by_id[found]
