"""How long the stages of a job took, and why one failed, from the lines that they print."""

import re

_DONE = re.compile(r"^(\w+): .*, (\d+\.\d) s$", re.MULTILINE)
_ERROR = re.compile(r"^(?:\w+: error: .*|ERROR: .*)$", re.MULTILINE)


def stage_times(log: str) -> dict[str, float]:
    """Seconds of every stage that ran, of the last time it did; one that only came from the cache is not there."""
    return {stage: float(seconds) for stage, seconds in _DONE.findall(log)}


def last_error(log: str) -> str:
    """The stage's own sentence of what went wrong, of the last attempt; empty where there is none."""
    errors: list[str] = _ERROR.findall(log)
    own = [line for line in errors if not line.startswith("ERROR:")]
    return (own or errors or [""])[-1]
