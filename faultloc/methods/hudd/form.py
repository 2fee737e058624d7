"""Brings the heatmaps of one layer to a scale on which two of them can be compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Shaped

from faultloc.errors import ConfigError

Vectors = Float[np.ndarray, "sample number"]


@dataclass(frozen=True)
class Form:
    """A form that has been fitted to the heatmaps of a layer; other heatmaps of that layer are brought to the same."""

    name: str
    lowest: float = 0.0
    span: float = 1.0

    def __call__(self, heatmaps: Shaped[np.ndarray, "sample ..."]) -> Vectors:
        """The heatmaps as rows of float32 numbers; all zeros stay all zeros."""
        rows = np.asarray(heatmaps, dtype=np.float32).reshape(len(heatmaps), -1)
        if self.name == "layer_minmax":
            return ((rows - self.lowest) / self.span).astype(np.float32)
        return _FORMS[self.name](rows)


def fit_form(name: str, heatmaps: Shaped[np.ndarray, "sample ..."]) -> Form:
    """The form called ``name``: none, layer_minmax, l2 or sqrt_l2.

    `layer_minmax` brings the smallest and the largest number of all ``heatmaps`` to 0 and 1, which is how the paper
    makes layers comparable; `l2` gives each heatmap the length 1; `sqrt_l2` first takes the square root of each
    number's size and keeps its sign, so that a few large ones do not decide alone.

    Raises:
        ConfigError: there is no form of that name.
    """
    if name == "layer_minmax":
        lowest, highest = float(np.min(heatmaps)), float(np.max(heatmaps))
        return Form(name, lowest, highest - lowest or 1.0)
    if name not in _FORMS:
        raise ConfigError(f"there is no form {name!r} of heatmaps; expected one of: {', '.join(FORMS)}")
    return Form(name)


def to_unit_length(rows: Vectors) -> Vectors:
    """Each row divided by its length; a row of zeros stays one."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def signed_root(rows: Vectors) -> Vectors:
    """The square root of each number's size, with its sign."""
    return np.sign(rows) * np.sqrt(np.abs(rows))


_FORMS: Mapping[str, Callable[[Vectors], Vectors]] = MappingProxyType(
    {
        "none": lambda rows: rows,
        "l2": to_unit_length,
        "sqrt_l2": lambda rows: to_unit_length(signed_root(rows)),
    }
)
FORMS = ("none", "layer_minmax", "l2", "sqrt_l2")
