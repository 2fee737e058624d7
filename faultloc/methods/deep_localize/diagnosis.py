"""What a monitored run is found to suffer from, as a sentence, as data, and as suspiciousness of each layer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from faultloc.errors import TrainingError
from faultloc.localization import Localization
from faultloc.methods.deep_localize.finding import INPUT, LABELS, LOSS, OPTIMIZER, Finding
from faultloc.methods.deep_localize.first_findings import MOST

_SHARE = {"error": 1.0, "warning": 0.5}


class FaultWarning(UserWarning):
    """A finding of the monitor, as a warning."""


class TrainingFault(TrainingError):
    """The run has an error and ``on_error`` is ``raise``; ``finding`` is its likeliest cause."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


@dataclass(frozen=True)
class Diagnosis:
    """The findings, the likeliest root cause first; ``layers`` in the model's order; ``notes``: what was not seen.

    ``ended_by`` says what ended the training before its time, and is empty where nothing did.
    """

    findings: Sequence[Finding]
    layers: Sequence[str]
    steps: int
    notes: Sequence[str] = field(default=())
    ended_by: str = ""

    @property
    def cause(self) -> Finding | None:
        """The likeliest root cause: unscaled inputs, though but a warning, stand before the units that they kill."""
        return next(iter(self.findings), None)

    @property
    def summary(self) -> str:
        """A few lines for people: the first two findings with their advice, and the names of the others.

        The head says what ended the training, if something did: then nothing found is no clean bill.
        """
        lines = []
        for finding in self.findings[:MOST]:
            mark = "->" if finding is self.cause else "  "
            lines += [
                f"  {mark} {finding.severity} ({finding.certainty}), {finding.where}:",
                f"     {finding.sentence}",
                f"     to do: {finding.advice}",
            ]
        others = ", ".join(finding.name for finding in self.findings[MOST:])
        if others:
            lines.append(f"     and {len(self.findings) - MOST} more, which may follow from it: {others}")
        return "\n".join([f"{self.headline}", *lines, *(f"  note: {note}" for note in self.notes)])

    @property
    def headline(self) -> str:
        """In a line: how many steps were watched, what ended them, and how many findings there are of each kind."""
        watched = f"{self.steps} step{'s' * (self.steps != 1)} watched"
        if self.ended_by:
            watched += f" before {self.ended_by}"
        counts = {severity: sum(finding.severity == severity for finding in self.findings) for severity in _SHARE}
        found = ", ".join(f"{count} {word}{'s' * (count > 1)}" for word, count in counts.items() if count)
        return f"{watched}: {found or ('nothing odd until then' if self.ended_by else 'no fault found')}"

    def as_data(self) -> dict[str, object]:
        """Plain values for JSON: counts by severity, the cause, all findings, the notes."""
        counts = {f"{severity}s": sum(one.severity == severity for one in self.findings) for severity in _SHARE}
        return {
            **counts,
            "steps": self.steps,
            "cause": None if self.cause is None else self.cause.rule,
            "place": None if self.cause is None else self.cause.place,
            "ended_by": self.ended_by,
            "findings": [self._finding_data(finding) for finding in self.findings],
            "notes": list(self.notes),
        }

    def _finding_data(self, finding: Finding) -> dict[str, object]:
        seen_with = [other.rule for other in self.findings if other is not finding]
        return {**asdict(finding), "text": finding.text, "certainty": finding.certainty, "seen_with": seen_with}

    def localization(self) -> Localization:
        """How suspicious each layer is, and beside the layers the inputs, the labels, the loss and the optimizer.

        The place of the first finding has 1, that of the n-th 1/n, half of it where it is but a warning; a place
        without a finding has 0.
        """
        places = [*self.layers, INPUT, LABELS, LOSS, OPTIMIZER]
        suspiciousness = dict.fromkeys(places, 0.0)
        rule = dict.fromkeys(places, "")
        for position, finding in enumerate(self.findings):
            share = _SHARE[finding.severity] / (position + 1)
            if share > suspiciousness.get(finding.place, 0.0):
                suspiciousness[finding.place] = share
                rule[finding.place] = finding.rule
        return Localization(
            "layer",
            np.array(list(suspiciousness)),
            np.array(list(suspiciousness.values())),
            {"rule": np.array(list(rule.values()))},
            summary=self.headline,
        )
