"""What a person says about one sample."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["faulty", "fine", "relabel"]


@dataclass(frozen=True)
class Verdict:
    """``faulty``: not fit for its label. ``relabel``: its right label is ``label``, the name of a class."""

    sample_id: str
    decision: Decision
    label: str = ""

    @property
    def is_faulty(self) -> bool:
        """True unless the sample was found to be fine."""
        return self.decision != "fine"
