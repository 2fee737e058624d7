"""The comparison of a sweep's jobs as one HTML page that loads nothing."""

from collections.abc import Mapping, Sequence

from faultloc.io.stores.artifacts import load_json
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.comparison import compare, metric_names
from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.pages import page_template
from stages.sweeping.job import Job, job_titles, load_state
from stages.sweeping.times import last_error

Metrics = Mapping[str, Mapping[str, float]]
# Compared between the jobs, with headings; every job's own table has all.
_COMPARED = {
    "pobl@5": ("Faults found in the first 5 % of the list", "In percent."),
    "rauc": ("RAUC", metric_heading("rauc").explanation),
}


def render_page(jobs: Sequence[Job], metrics: Sequence[Metrics]) -> str:
    """The HTML text: the best ranking of each job shaded, all foreign text escaped, light and dark."""
    template = page_template("stages.sweeping", "template.html")
    titles = job_titles(jobs)
    shared = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    return template.render(
        headline=f"{sum(job.is_done for job in jobs)} of {len(jobs)} jobs done",
        shared=[override for override in jobs[0].overrides if override in shared],
        tables=[_table(titles, metrics, metric) for metric in _COMPARED],
        jobs=[_details(job, title, of_job) for job, title, of_job in zip(jobs, titles, metrics, strict=True)],
        main_names=RANKINGS.main,
    )


def _table(titles: Sequence[str], metrics: Sequence[Metrics], metric: str) -> dict[str, object]:
    """Jobs down, rankings across; the best of each row is marked."""
    with_metric = [{name: of for name, of in of_job.items() if metric in of} for of_job in metrics]
    names = RANKINGS.ordered({name for of_job in with_metric for name in of_job})
    rows = []
    for title, of_job in zip(titles, with_metric, strict=True):
        cells = {row.name: row.cells[0] for row in compare(of_job, RANKINGS.ordered(of_job), [metric], RANKINGS)}
        if cells:
            rows.append({"title": title, "cells": [cells.get(name) for name in names]})
    heading, explanation = _COMPARED[metric]
    titles_across = [RANKINGS.title(name) for name in names]
    return {"heading": heading, "explanation": explanation, "rankings": titles_across, "rows": rows}


def _details(job: Job, title: str, metrics: Metrics) -> dict[str, object]:
    state, columns = load_state(job.folder), metric_names(metrics)
    log = job.log.read_text(encoding="utf-8", errors="replace") if job.log.exists() else ""
    times = job.folder / "times.json"
    return {
        "title": title,
        "folder": job.folder.name,
        "state": state,
        "error": last_error(log) if state.progress == "failed" else "",
        "seconds": load_json(times) if times.exists() else {},
        "columns": [metric_heading(name) for name in columns],
        "rows": compare(metrics, RANKINGS.ordered(metrics), columns, RANKINGS),
    }
