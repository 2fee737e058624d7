"""What is said while training runs: not each of the ten consequences of one fault."""

from collections.abc import Callable

from faultloc.methods.deep_localize.catalogue.order import RANK
from faultloc.methods.deep_localize.finding import Finding

MOST = 2


class FirstFindings:
    """Passes the first finding on at once, and one more: the next that is a likelier cause, or the first error.

    Whatever else shows waits for the diagnosis, where the cause stands first.
    """

    def __init__(self, say: Callable[[Finding], object]) -> None:
        self._say = say
        self._said: list[Finding] = []

    def __call__(self, finding: Finding) -> None:
        is_likelier = all(RANK[finding.rule] < RANK[said.rule] for said in self._said)
        is_first_error = finding.severity == "error" and all(said.severity == "warning" for said in self._said)
        if len(self._said) < MOST and (is_likelier or is_first_error):
            self._said.append(finding)
            self._say(finding)
