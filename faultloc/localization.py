"""What every method answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Shaped

from faultloc.errors import DataError

_COLUMNS = ["rank", "sample_id", "given_label", "predicted_label", "suspiciousness"]


@dataclass(frozen=True)
class Localization:
    """How suspicious each element is: in [0, 1], higher is worse, for every method.

    ``kind`` says what the elements are. ``evidence`` holds further columns, one value an element; ``summary`` is a
    sentence for people.
    """

    kind: Literal["sample", "layer", "cluster", "neuron"]
    element_ids: Shaped[np.ndarray, "element"]
    suspiciousness: Float[np.ndarray, "element"]
    evidence: Mapping[str, Shaped[np.ndarray, "element"]] = field(default_factory=dict)
    summary: str = ""

    def ranked(self, order: Int[np.ndarray, "element"]) -> pd.DataFrame:
        """The elements in ``order``: their rank from 1, id, evidence and suspiciousness."""
        columns = {f"{self.kind}_id": self.element_ids, **self.evidence, "suspiciousness": self.suspiciousness}
        # A series each: pandas keeps text far smaller than NumPy, whose ordered copies would all be there at once.
        table = pd.DataFrame({name: pd.Series(values[order]) for name, values in columns.items()})
        table.insert(0, "rank", np.arange(1, len(order) + 1))
        return table


def in_column_order(table: pd.DataFrame) -> pd.DataFrame:
    """The ranking of samples with the columns first that every scorer gives, then what only one has to say."""
    return table[[*_COLUMNS, *(name for name in table.columns if name not in _COLUMNS)]]


def most_suspicious_first(
    suspiciousness: Float[np.ndarray, "element"], generator: np.random.Generator
) -> Int[np.ndarray, "element"]:
    """The indices of all elements, the highest suspiciousness first, ties in random order.

    Ties are common (saturated probabilities) and the order of a data set may give its faults away, so a stable sort
    would flatter or punish a ranking for it.

    Raises:
        DataError: a value is not a number.
    """
    undefined = int(np.isnan(suspiciousness).sum())
    if undefined:
        raise DataError(
            f"the suspiciousness of {undefined} of {len(suspiciousness)} samples is not a number; expected "
            "one for each: look for a training that diverged"
        )
    shuffled = generator.permutation(len(suspiciousness))
    return shuffled[np.argsort(-suspiciousness[shuffled], kind="stable")]
