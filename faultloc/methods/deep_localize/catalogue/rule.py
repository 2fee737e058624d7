"""What a rule is, and what it saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faultloc.methods.deep_localize.finding import Phase, Severity


@dataclass(frozen=True)
class Rule:
    """One rule; ``labels`` are the paper's and the released tool's names of its symptom."""

    phase: Phase
    severity: Severity
    labels: tuple[str, str]
    advice: str


@dataclass(frozen=True)
class Symptom:
    """What a rule saw, before it is turned into a finding.

    ``advice`` and ``phase`` where it knows better than the catalogue.
    """

    rule: str
    place: str
    value: float | int
    threshold: float | int
    sentence: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    advice: str = ""
    phase: Phase | None = None
