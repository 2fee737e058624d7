"""The ground truth of a planted fault."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Shaped


@dataclass(frozen=True)
class PlantedFault:
    """Which samples were touched, how, and what their labels were before.

    ``fault_kinds`` names the fault of each sample (``random_label``, ``specific_label``, ``random_data``,
    ``specific_data``, ``given`` for a truth that came with the data) and is the empty string for untouched ones. Of a
    regression, whose samples are of one class, the targets before are not kept.
    """

    kind: str
    sample_ids: Shaped[np.ndarray, "sample"]
    fault_kinds: Shaped[np.ndarray, "sample"]
    true_labels: Int[np.ndarray, "sample"]

    @property
    def is_fault(self) -> Bool[np.ndarray, "sample"]:
        """True for every touched sample."""
        return self.fault_kinds != ""

    @property
    def element_ids(self) -> Shaped[np.ndarray, "fault"]:
        """The ids of the faulty samples."""
        return self.sample_ids[self.is_fault]
