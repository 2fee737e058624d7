"""A sweep while it runs: a live table on a terminal, plain lines anywhere else; and what became of every job."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.live import Live
from rich.table import Table
from rich.text import Text

from faultloc.io.stores.artifacts import load_json
from stages.shared import places
from stages.sweeping.job import Job, JobState, job_titles, load_state
from stages.sweeping.times import last_error


@contextmanager
def shown_progress(jobs: Sequence[Job]) -> Iterator[Callable[[], None]]:
    """Yields what to call to show the state of ``jobs`` as it stands in their folders."""
    titles = job_titles(jobs)
    if not sys.stdout.isatty():
        known: dict[str, JobState] = {}

        def print_changes() -> None:
            for job, title in zip(jobs, titles, strict=True):
                state = load_state(job.folder)
                if known.get(title, JobState()) != state:
                    print(f"sweep: {title}: {_words(state)}", flush=True)
                known[title] = state

        yield print_changes
        return
    with Live(_table(jobs, titles), refresh_per_second=4) as live:
        yield lambda: live.update(_table(jobs, titles))


def outcomes(jobs: Sequence[Job]) -> list[str]:
    """A line for every job: how early its rankings find the faults, or why it failed and where its log is."""
    titles = job_titles(jobs)
    width = max(map(len, titles))
    return [f"{title:<{width}}  {_outcome(job)}" for job, title in zip(jobs, titles, strict=True)]


def _outcome(job: Job) -> str:
    state = load_state(job.folder)
    if state.progress == "failed":
        log = job.log.read_text(errors="replace") if job.log.exists() else ""
        return f"{_words(state)}: {last_error(log) or 'no reason given'} (log: {job.log})"
    if not job.is_done:
        return _words(state)
    metrics = load_json(job.folder / places.EVALUATION / "metrics.json")
    found = [
        f"{name.removeprefix('dfaulo_')} {100 * metrics[name]['pobl@5']:5.1f} % of the faults in the first 5 %"
        f", RAUC {metrics[name]['rauc']:.4f}"
        for name in ("dfaulo_offline", "dfaulo_online")
        if {"pobl@5", "rauc"} <= set(metrics.get(name, {}))
    ]
    return "; ".join(["done", *found])


def _words(state: JobState) -> str:
    parts = [state.progress, *([f"in {state.stage}"] if state.stage else []), *filter(None, [state.remark])]
    return " ".join(parts)


def _table(jobs: Sequence[Job], titles: Sequence[str]) -> Table:
    states = [load_state(job.folder) for job in jobs]
    done = sum(state.progress == "done" for state in states)
    table = Table("job", "state", "stage", title=f"{done} of {len(jobs)} jobs done", title_justify="left")
    colours = {"done": "green", "failed": "red", "running": "cyan", "waiting": "dim"}
    for title, state in zip(titles, states, strict=True):
        # Text: square brackets in an override are no markup.
        table.add_row(
            Text(title), Text(state.progress, style=colours[state.progress]), f"{state.stage} {state.remark}".strip()
        )
    return table
