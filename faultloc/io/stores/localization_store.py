"""What a method has localized, as a table: any method's, samples as well as layers."""

from pathlib import Path
from typing import cast, get_args

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.io.stores.tables import load_table, save_table
from faultloc.localization import SUSPICIOUSNESS, Kind, Localization


def save_localization(path: Path, localization: Localization, order: Int[np.ndarray, "element"]) -> None:
    """Writes the elements in ``order`` as CSV: rank, id, what they are, suspiciousness, evidence."""
    save_table(path, localization.ranked(order))


def load_localization(path: Path) -> Localization:
    """The localization at ``path``, its elements in the order of their ranks; summary and sort key are not kept.

    Raises:
        DataError: the file is missing, or is no table of elements with their suspiciousness.
    """
    table = load_table(path)
    columns = [str(name) for name in table.columns]
    kinds = [kind for kind in get_args(Kind) if f"{kind}_id" in columns[:2]]
    if len(kinds) != 1 or columns[0] != "rank" or SUSPICIOUSNESS not in columns:
        raise DataError(
            f"{path} has the columns {', '.join(columns[:6])}; expected rank, the id of a "
            f"{' or '.join(get_args(Kind))}, and {SUSPICIOUSNESS} among them: it was written by something else"
        )
    table = table.sort_values("rank", kind="stable")
    values = {name: table[name].to_numpy() for name in columns}
    place = columns.index(SUSPICIOUSNESS)
    return Localization(
        cast(Kind, kinds[0]),
        values[columns[1]].astype(np.str_),
        values[SUSPICIOUSNESS].astype(np.float64),
        {name: values[name] for name in columns[2:place]},
        {name: values[name] for name in columns[place + 1 :]},
    )
