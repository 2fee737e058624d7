"""One training that was watched, as whoever watched it hands it on."""

from dataclasses import dataclass

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.history import History


@dataclass(frozen=True)
class WatchedRun:
    """What was trained (the name of its class), what was found and the statistics that it rests on."""

    model: str
    diagnosis: Diagnosis
    history: History
