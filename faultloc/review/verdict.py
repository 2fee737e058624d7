"""What a person says about one sample."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["faulty", "fine", "relabel"]


@dataclass(frozen=True)
class Verdict:
    """``faulty``: it does not belong, or its label is wrong. ``relabel``: its right label is ``label``, a class name."""

    sample_id: str
    decision: Decision
    label: str = ""

    @property
    def is_faulty(self) -> bool:
        """True unless the sample was found to be fine."""
        return self.decision != "fine"
