"""What every method that localizes answers with. Coverage of a test suite localizes nothing: its type is another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Shaped

from faultloc.errors import DataError

Kind = Literal["sample", "layer", "cluster", "neuron"]
SUSPICIOUSNESS = "suspiciousness"
_ROWS_AT_ONCE = 2**14


@dataclass(frozen=True)
class Localization:
    """How suspicious each element is: in [0, 1], higher is worse, for every method.

    ``kind`` says what the elements are, ``element_ids`` which they are, each once. ``about`` holds columns that say
    what an element is (its given label), ``evidence`` those that say why it is suspected; both have one value an
    element. ``sort_key`` sorts the list where the suspiciousness alone would leave ties, such as probabilities that
    have come to 1; None where it does not. ``summary`` is a sentence for people.

    Raises:
        DataError: a suspiciousness is outside of [0, 1], or there is not one value for each element.

    Example:
        >>> found = Localization("layer", np.array(["conv", "fc"]), np.array([0.25, 1.0]))
        >>> found.ranked(found.order())["layer_id"].tolist()
        ['fc', 'conv']
    """

    kind: Kind
    element_ids: Shaped[np.ndarray, "element"]
    # Three axis names: that they are of the same length is checked below, with a sentence.
    suspiciousness: Float[np.ndarray, "row"]
    about: Mapping[str, Shaped[np.ndarray, "_"]] = field(default_factory=dict)
    evidence: Mapping[str, Shaped[np.ndarray, "_"]] = field(default_factory=dict)
    summary: str = ""
    sort_key: Float[np.ndarray, "member"] | None = None

    def __post_init__(self) -> None:
        columns = {SUSPICIOUSNESS: self.suspiciousness, **self.about, **self.evidence}
        if self.sort_key is not None:
            columns["sort key"] = self.sort_key
        for name, values in columns.items():
            if len(values) != len(self.element_ids):
                raise DataError(
                    f"there are {len(self.element_ids)} elements of kind {self.kind} and {len(values)} values of "
                    f"{name}; expected one for each"
                )
        # What is no number is left to the sorting, which says how many there are.
        beyond = (self.suspiciousness < 0) | (self.suspiciousness > 1)
        if beyond.any():
            raise DataError(
                f"the suspiciousness of {self.kind} {self.element_ids[beyond.argmax()]} is "
                f"{self.suspiciousness[beyond.argmax()]}; expected a number from 0 to 1"
            )

    def __len__(self) -> int:
        return len(self.element_ids)

    def order(self, generator: np.random.Generator | None = None) -> Int[np.ndarray, "element"]:
        """The places of all elements, the most suspicious first.

        Ties come in random order, or, without a ``generator``, in the order of the elements: right where that order
        says nothing of their faults, as that of a model's layers.

        Raises:
            DataError: a value is not a number.
        """
        key = self.suspiciousness if self.sort_key is None else self.sort_key
        if generator is not None:
            return most_suspicious_first(key, generator)
        _require_numbers(key)
        return np.argsort(-key, kind="stable")

    def ranked(self, order: Int[np.ndarray, "element"]) -> pd.DataFrame:
        """The elements in ``order``: rank from 1, id, what they are, suspiciousness, evidence; a row an element."""
        columns = {
            f"{self.kind}_id": self.element_ids,
            **self.about,
            SUSPICIOUSNESS: self.suspiciousness,
            **self.evidence,
        }
        ordered = {name: _in_order(values, order) for name, values in columns.items()}
        table = pd.DataFrame(ordered, copy=False)  # otherwise all columns are there twice
        table.insert(0, "rank", np.arange(1, len(order) + 1))
        return table


def _in_order(values: Shaped[np.ndarray, "element"], order: Int[np.ndarray, "element"]) -> pd.Series:
    # pandas keeps text far smaller than NumPy and than Python, from whose strings it is made: a part at a time.
    parts = [pd.Series(values[order[start : start + _ROWS_AT_ONCE]]) for start in range(0, len(order), _ROWS_AT_ONCE)]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else pd.Series(values[order])


def most_suspicious_first(
    suspiciousness: Float[np.ndarray, "element"], generator: np.random.Generator
) -> Int[np.ndarray, "element"]:
    """The indices of all elements, the highest suspiciousness first, ties in random order.

    Ties are common (saturated probabilities) and the order of a data set may give its faults away, so a stable sort
    would flatter or punish a ranking for it.

    Raises:
        DataError: a value is not a number.
    """
    _require_numbers(suspiciousness)
    shuffled = generator.permutation(len(suspiciousness))
    return shuffled[np.argsort(-suspiciousness[shuffled], kind="stable")]


def _require_numbers(suspiciousness: Float[np.ndarray, "element"]) -> None:
    undefined = int(np.isnan(suspiciousness).sum())
    if undefined:
        raise DataError(
            f"the suspiciousness of {undefined} of {len(suspiciousness)} elements is not a number; expected "
            "one for each: look for a training that diverged"
        )
