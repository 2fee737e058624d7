"""Findings out of symptoms, and their order."""

from faultloc.methods.deep_localize.catalogue.order import RANK
from faultloc.methods.deep_localize.catalogue.rule import Symptom
from faultloc.methods.deep_localize.catalogue.rules import RULES
from faultloc.methods.deep_localize.finding import Finding

_PLACES = {"input", "labels", "loss", "optimizer"}


def as_finding(symptom: Symptom, step: int) -> Finding:
    """The finding for ``symptom`` at an optimizer's step."""
    rule = RULES[symptom.rule]
    return Finding(
        rule=symptom.rule,
        phase=rule.phase,
        severity=rule.severity,
        place=symptom.place,
        layer=None if symptom.place in _PLACES else symptom.place,
        step=step,
        value=float(symptom.value),
        threshold=float(symptom.threshold),
        sentence=symptom.sentence,
        advice=rule.advice,
        paper_label=rule.labels[0],
        released_message=rule.labels[1],
        evidence=dict(symptom.evidence),
    )


def cause_first(findings: list[Finding]) -> list[Finding]:
    """The findings with the likeliest root cause first: by rank as a cause, then by step."""
    return sorted(findings, key=lambda finding: (RANK[finding.rule], finding.step))
