"""What the monitor says: one symptom, where and when it showed, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from faultloc.methods.deep_localize.wording import phase_and_place, place_in_words

Phase = Literal["input", "forward", "loss", "backward", "update"]
Severity = Literal["warning", "error"]

# Places that are no layer.
INPUT, LABELS, LOSS, OPTIMIZER, MODEL = "input", "labels", "loss", "optimizer", "model"
_CERTAINTY: dict[Severity, str] = {"error": "almost certainly a fault", "warning": "worth a look: it may be meant"}


@dataclass(frozen=True)
class Finding:
    """One symptom of a training run.

    ``rule`` names it among the rules of this package; ``paper_label`` and ``released_message`` are what the paper's
    algorithm and its released tool would call it, empty where they know no such thing. ``place`` is a module's name as
    in ``named_modules()``, or ``input``, ``labels``, ``loss``, ``optimizer``, ``model``; ``layer`` is the module's name
    alone.
    ``step`` counts the optimizer's steps from 0. ``value`` is what was measured and ``threshold`` what it is held
    against, in the unit that ``sentence`` names.
    """

    rule: str
    phase: Phase
    severity: Severity
    place: str
    layer: str | None
    step: int
    value: float
    threshold: float
    sentence: str
    advice: str
    paper_label: str = ""
    released_message: str = ""
    evidence: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def certainty(self) -> str:
        """How sure it is, in words."""
        return _CERTAINTY[self.severity]

    @property
    def where(self) -> str:
        """When and where, in words: ``step 0, forward pass, layer fc1``."""
        return f"step {self.step}, {phase_and_place(self.phase, self.place)}"

    @property
    def text(self) -> str:
        """The finding in a line for people: where, what, and what to do."""
        return f"{self.where}: {self.sentence}; {self.advice}"

    @property
    def name(self) -> str:
        """The finding in two words: its rule, and its place."""
        return f"{self.rule} ({place_in_words(self.place)})"
