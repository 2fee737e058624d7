"""K-multisection coverage: how finely a suite goes through the range that each unit had in training."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria.criterion import Self
from faultloc.methods.idc.criteria.ranges import RangeCriterion
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point


class KMultisectionCoverage(RangeCriterion):
    """The share of sections reached, of ``sections`` equal ones in each unit's range.

    With ``closed="right"`` a section holds its upper edge, and the lowest output itself is in none; with "left" it
    holds its lower edge, and the last one both. Outputs beyond the range reach nothing (``nbc`` counts them); a unit
    that never changed in training has no sections to reach, and counts as so many that are not. One sample reaches at
    most one section of each unit. The state is one byte a section and unit.

    Raises:
        ConfigError: there are fewer sections than one, or ``closed`` is neither.

    Source: Ma et al., "DeepGauge", ASE 2018, section 3.2; closed on the right as in the code of NLC.
    Differs: for DeepGauge the lowest output is in the first section (``closed="left"``), and units are looked at after
    the activation function (``point="after"``). Sections are reckoned in the precision of the activations, as in that
    code: in a wider one, outputs within rounding of an edge change sections (one section of 236,000 where measured).
    """

    name: ClassVar[str] = "kmnc"
    shared: ClassVar[tuple[str, ...]] = (*RangeCriterion.shared, "sections", "closed")

    def __init__(
        self,
        model: nn.Module,
        *,
        sections: int = 1000,
        closed: Literal["right", "left"] = "right",
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        if sections < 1 or closed not in ("right", "left"):
            raise ConfigError(
                f"k-multisection coverage is set to {sections} sections, closed on the {closed}; expected 1 or more, "
                "closed on the right or left"
            )
        self.sections, self.closed = sections, closed

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._is_reached = np.zeros((sum(widths), self.sections), dtype=bool)

    def _observe(self, units: UnitOutputs) -> None:
        (low, high), values, varies = self.bounds, units.joined, self.varies
        place = values - low
        place /= np.where(varies, high - low, 1)
        place *= values.dtype.type(self.sections)
        if self.closed == "right":
            np.ceil(place, out=place)
            place -= 1
        else:
            np.floor(place, out=place)
        is_inside = (values >= low) & (values <= high) & (place >= 0) & varies
        # Rounding may carry the highest output beyond the last section.
        np.clip(place, 0, self.sections - 1, out=place)
        reached = place.astype(np.int64)
        reached += np.arange(values.shape[1]) * self.sections
        self._is_reached.reshape(-1)[reached[is_inside]] = True

    def _merge(self, other: Self) -> None:
        self._is_reached |= other._is_reached

    def _coverage(self) -> Coverage:
        varying = int(self.varies.sum())
        constant = len(self.varies) - varying
        notes = (f"{constant} of {len(self.varies)} units never changed in training",) if constant else ()
        attainable = varying * min(self.sections, self.samples)
        return Coverage(self.name, int(self._is_reached.sum()), self._is_reached.size, attainable, notes)
