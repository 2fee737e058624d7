"""The importance of units as WISDOM writes it: `LayerName,NeuronIndex,Score`, a row a unit."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from faultloc.errors import DataError
from faultloc.io.stores.csv_rows import csv_rows
from faultloc.io.stores.tables import save_table

_COLUMNS = ["LayerName", "NeuronIndex", "Score"]


def save_importance(path: Path, importance: Mapping[str, Float[np.ndarray, "_"]]) -> None:
    """Writes a row a unit, in the order of the layers."""
    rows = [
        (name, number, score) for name, scores in importance.items() for number, score in enumerate(scores.tolist())
    ]
    save_table(path, pd.DataFrame(rows, columns=_COLUMNS))


def load_importance(path: Path, widths: Mapping[str, int], *, at_least: int = 1) -> dict[str, Float[np.ndarray, "_"]]:
    """The scores in the table at ``path``, of a network whose layers have ``widths`` units; units without a row have 0.

    Raises:
        DataError: it is no such table, of another network, names a unit twice or fewer than ``at_least`` units, or a
            score is not a finite number.
    """
    lines = csv_rows(path)
    _, header = next(lines, (0, []))
    if [name.strip() for name in header] != _COLUMNS:
        raise DataError(
            f"{path} begins with {', '.join(header) or 'nothing'}; expected the columns {', '.join(_COLUMNS)}"
        )
    found = {name: np.zeros(width) for name, width in widths.items()}
    named: set[tuple[str, int]] = set()
    for line, fields in lines:
        try:
            name, number, score = fields[0], int(fields[1]), float(fields[2])
        except (IndexError, ValueError) as error:
            raise DataError(
                f"line {line} of {path} is {fields}; expected a layer, a number of a unit, a score"
            ) from error
        if name not in found or not 0 <= number < len(found[name]):
            known = ", ".join(f"{layer} ({width})" for layer, width in widths.items())
            raise DataError(
                f"line {line} of {path} is about unit {number} of {name!r}, which the network has not; expected layers "
                f"and units of: {known}"
            )
        if (name, number) in named or not math.isfinite(score):
            wrong = f"the score {score}" if not math.isfinite(score) else f"unit {number} of {name!r} once more"
            raise DataError(f"line {line} of {path} has {wrong}; expected each unit once, with a finite number")
        named.add((name, number))
        found[name][number] = score
    if len(named) < at_least:
        raise DataError(f"{path} names {len(named)} units; expected at least {at_least}, as many as are to be chosen")
    return found
