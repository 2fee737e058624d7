"""Findings out of symptoms, and their order."""

from faultloc.methods.deep_localize.catalogue.order import RANK
from faultloc.methods.deep_localize.catalogue.rule import Symptom
from faultloc.methods.deep_localize.catalogue.rules import RULES
from faultloc.methods.deep_localize.finding import INPUT, LABELS, LOSS, MODEL, OPTIMIZER, Finding
from faultloc.methods.deep_localize.wording import in_plain_numbers

_NO_LAYERS = {INPUT, LABELS, LOSS, OPTIMIZER, MODEL}
# By how much to change a learning rate, to begin with.
_OTHER_RATE = {"optimizer.rate_too_high": 0.1, "optimizer.rate_too_low": 10}


def as_finding(symptom: Symptom, step: int) -> Finding:
    """The finding for ``symptom`` at an optimizer's step."""
    rule, place = RULES[symptom.rule], symptom.place or MODEL
    sentence, advice = symptom.sentence, symptom.advice or rule.advice
    rate = float(symptom.evidence.get("learning_rate", 0))
    if rate and "learning rate" not in sentence:
        sentence += f" (learning rate {rate:.3g})"
    if rate and symptom.rule in _OTHER_RATE:
        advice += f": lr={rate * _OTHER_RATE[symptom.rule]:.1g}"
    return Finding(
        rule=symptom.rule,
        phase=symptom.phase or rule.phase,
        severity=rule.severity,
        place=place,
        layer=None if place in _NO_LAYERS else place,
        step=step,
        value=float(symptom.value),
        threshold=float(symptom.threshold),
        sentence=in_plain_numbers(sentence),
        advice=advice,
        paper_label=rule.labels[0],
        released_message=rule.labels[1],
        evidence=dict(symptom.evidence),
    )


def cause_first(findings: list[Finding]) -> list[Finding]:
    """The findings with the likeliest root cause first: by rank as a cause, then by step."""
    return sorted(findings, key=lambda finding: (RANK[finding.rule], finding.step))
