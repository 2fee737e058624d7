"""What a monitored run is found to suffer from, as a sentence, as data, and as suspiciousness of each layer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from faultloc.errors import TrainingError
from faultloc.localization import Localization
from faultloc.methods.deep_localize.finding import INPUT, LABELS, LOSS, OPTIMIZER, Finding

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
    """The findings, the likeliest root cause first; ``layers`` in the model's order; ``notes``: what was not seen."""

    findings: Sequence[Finding]
    layers: Sequence[str]
    steps: int
    notes: Sequence[str] = field(default=())

    @property
    def cause(self) -> Finding | None:
        """The likeliest root cause: unscaled inputs, though but a warning, stand before the units that they kill."""
        return next(iter(self.findings), None)

    @property
    def summary(self) -> str:
        """A few lines for people: each finding with its advice, or that there is none."""
        count = len(self.findings)
        head = f"{self.steps} steps watched: " + (
            "no fault found" if not count else f"{count} finding{'s' * (count > 1)}"
        )
        lines = [
            f"  {'->' if finding is self.cause else '  '} {finding.severity}: {finding.text}"
            for finding in self.findings
        ]
        return "\n".join([head, *lines, *(f"  note: {note}" for note in self.notes)])

    def as_data(self) -> dict[str, object]:
        """Plain values for JSON: counts by severity, the cause, all findings, the notes."""
        counts = {f"{severity}s": sum(one.severity == severity for one in self.findings) for severity in _SHARE}
        return {
            **counts,
            "steps": self.steps,
            "cause": None if self.cause is None else self.cause.rule,
            "place": None if self.cause is None else self.cause.place,
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }

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
            summary=self.summary.splitlines()[0],
        )
