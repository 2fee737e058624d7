"""Has the jobs of a sweep run by a launcher, as many side by side as it allows."""

import time
from collections.abc import Callable, Sequence

from stages.sweeping.job import Job, JobState, load_state, save_state
from stages.sweeping.launching import Launched, Launcher


def run_jobs(
    jobs: Sequence[Job], launcher: Launcher, *, running: Sequence[Launched] = (), on_change: Callable[[], None]
) -> None:
    """Runs all ``jobs``, whose workspaces are prepared, and waits for those ``running``; one that fails stops no other.

    What became of a job stands in its folder. ``on_change`` is called again and again while they run.
    """
    waiting, launched = list(jobs), list(running)
    try:
        while waiting or launched:
            if free := max(0, launcher.at_once - len(launched)):
                launched += launcher.start(waiting[:free]) if waiting else []
                del waiting[:free]
            on_change()
            time.sleep(launcher.look_every)
            for ended in [one for one in launched if one.has_ended()]:
                launched.remove(ended)
                _close(ended)
    finally:
        # After an interruption: what is left is ended with all that it has started.
        for one in launched:
            _close(one)
    on_change()


def _close(one: Launched) -> None:
    interrupted = not one.has_ended()
    one.end()
    state = load_state(one.job.folder)
    if state.progress in ("done", "failed"):
        return
    if interrupted:
        save_state(one.job.folder, JobState("waiting", state.stage, "interrupted"))
    else:
        save_state(one.job.folder, JobState("failed", state.stage))
