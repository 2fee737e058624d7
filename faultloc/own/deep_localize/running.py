"""Running a script as Python would, with a monitor beside it."""

import runpy
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from torch import nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.catalogue import as_finding
from faultloc.methods.deep_localize.diagnosis import Diagnosis, TrainingFault
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.taken_gradients import wrapped_from_the_start
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.raised.explain import error_in_words, explain_error
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.own.deep_localize.discovery import Discovery, discovering
from faultloc.own.deep_localize.nothing_trained import why_nothing_was_seen
from faultloc.own.deep_localize.trainers import watching_trainers


@dataclass(frozen=True)
class WatchedScript:
    """All trainings of a script; ``nothing_seen`` says why there are none, where there are none.

    ``error`` is what ended the script itself, by an error, an exit code or an interruption; ``was_stopped``: the
    monitor did.
    """

    runs: Sequence[WatchedRun]
    error: BaseException | None
    was_stopped: bool
    nothing_seen: str = ""


def run_script(
    script: Path, arguments: Sequence[str], *, every: int, on_error: str, on_finding: Callable[[Finding], object]
) -> WatchedScript:
    """Runs ``script`` with ``arguments`` as ``python script arguments`` would, every training in it watched.

    Raises:
        ConfigError: there is no such file.
    """
    require_script(script)
    file = script.resolve()  # wherever the script goes

    def make(parts: Mapping[str, nn.Module], optimizers: list[Optimizer]) -> TrainingMonitor:
        return TrainingMonitor(
            parts, optimizers, every=every, on_error="raise" if on_error == "stop" else "warn", on_finding=on_finding
        )

    with (
        _as_python_would(script, arguments),
        wrapped_from_the_start(),
        discovering(make) as discovery,
        watching_trainers(discovery, every=every, on_error=on_error, on_finding=on_finding) as trainers,
    ):
        error, was_stopped = _ending_of(script)
        if error is not None:
            _tell_ending(discovery, error, is_known=any(run.diagnosis.ended_by for run in trainers.runs))
    runs = [WatchedRun(monitor.title, monitor.diagnosis(), monitor.history) for monitor in discovery.monitors]
    runs += trainers.runs
    if not runs and error is not None:
        runs += _before_any_training(error)
    if runs:
        return WatchedScript(runs, error, was_stopped)
    nothing = why_nothing_was_seen(file, error, has_optimizer=bool(discovery.unused), notes=trainers.notes)
    return WatchedScript(runs, error, was_stopped, nothing)


def require_script(script: Path) -> None:
    """Raises ConfigError where there is no such file."""
    if not script.is_file():
        raise ConfigError(f"there is no script {script}; expected a Python file that trains a model")


@contextmanager
def _as_python_would(script: Path, arguments: Sequence[str]) -> Iterator[None]:
    before, path = list(sys.argv), list(sys.path)
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before, path


def _ending_of(script: Path) -> tuple[BaseException | None, bool]:
    """Runs the script: what ended it before its time, and whether that was the monitor."""
    try:
        runpy.run_path(str(script), run_name="__main__")
    except TrainingFault:
        return None, True
    except SystemExit as ending:
        return (None if ending.code in (None, 0) else ending), False
    except (Exception, KeyboardInterrupt) as raised:
        return raised.with_traceback(_from_script_on(raised.__traceback__, script)), False
    return None, False


def _from_script_on(traceback: TracebackType | None, script: Path) -> TracebackType | None:
    """What Python itself would show; nothing of it where the script is not in it, as one that cannot be read."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename != str(script):
        traceback = traceback.tb_next
    return traceback


def _tell_ending(discovery: Discovery, error: BaseException, *, is_known: bool) -> None:
    """Every training has ended with it; of the last one it is asked what the cause may be."""
    for monitor in discovery.monitors:
        monitor.ended_by(error, explain=monitor is discovery.monitors[-1] and not is_known)


def _before_any_training(error: BaseException) -> list[WatchedRun]:
    symptom = explain_error(error)
    if symptom is None:
        return []
    diagnosis = Diagnosis([as_finding(symptom, 0)], [], 0, ended_by=error_in_words(error))
    return [WatchedRun("no model yet", diagnosis, History())]
