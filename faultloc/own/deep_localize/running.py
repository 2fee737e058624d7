"""Running a script as Python would, with a monitor beside it."""

import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import TrainingFault
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.own.deep_localize.discovery import discovering


@dataclass(frozen=True)
class WatchedScript:
    """All trainings of a script. ``error`` is what ended the script itself; ``was_stopped``: the monitor did."""

    runs: Sequence[WatchedRun]
    error: BaseException | None
    was_stopped: bool


def run_script(
    script: Path, arguments: Sequence[str], *, every: int, on_error: str, on_finding: Callable[[Finding], object]
) -> WatchedScript:
    """Runs ``script`` with ``arguments`` as ``python script arguments`` would, every training in it watched.

    Raises:
        ConfigError: there is no such file.
    """
    if not script.is_file():
        raise ConfigError(f"there is no script {script}; expected a Python file that trains a model")
    models: list[str] = []

    def make(parts: Mapping[str, nn.Module], optimizers: list[Optimizer]) -> TrainingMonitor:
        alone = next(iter(parts.values())) if len(parts) == 1 else None
        models.append(", ".join(parts) if alone is None else type(alone).__name__)
        return TrainingMonitor(
            parts, optimizers, every=every, on_error="raise" if on_error == "stop" else "warn", on_finding=on_finding
        )

    error: BaseException | None = None
    was_stopped = False
    before, path = list(sys.argv), list(sys.path)
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    try:
        with discovering(make) as discovery:
            try:
                runpy.run_path(str(script), run_name="__main__")
            except TrainingFault:
                was_stopped = True
            except SystemExit as ending:
                error = None if ending.code in (None, 0) else ending
            except Exception as raised:
                error = raised
    finally:
        sys.argv, sys.path[:] = before, path
    runs = [
        WatchedRun(model, monitor.diagnosis(), monitor.history)
        for model, monitor in zip(models, discovery.monitors, strict=True)
    ]
    return WatchedScript(runs, error, was_stopped)
