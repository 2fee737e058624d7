"""What every method answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Shaped


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
        table = pd.DataFrame({name: values[order] for name, values in columns.items()})
        table.insert(0, "rank", np.arange(1, len(order) + 1))
        return table
