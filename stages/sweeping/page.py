"""The comparison of a sweep's jobs as one HTML page that loads nothing."""

from collections.abc import Mapping, Sequence

import yaml

from faultloc.io.stores.artifacts import load_json
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.comparison import Cell, compare, metric_names
from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.pages import page_template
from stages.sweeping.job import Job, job_titles, load_state
from stages.sweeping.times import last_error

# Columns of numbers that a window of usual width has room for.
_SIDE_BY_SIDE = 8
Metrics = Mapping[str, Mapping[str, float]]
# What the values of dfaulo.scorer stand for.
_SCORERS = {
    "default": "DFauLo's rankings are by the default scorer (dfaulo=default).",
    "paper": "DFauLo's rankings are by the published scorer (dfaulo=paper), not by the default one.",
}
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
    scorers = [_scorer_in_words(job) for job in jobs]
    is_one = len(set(scorers)) == 1
    return template.render(
        headline=f"{sum(job.is_done for job in jobs)} of {len(jobs)} jobs done",
        shared=[override for override in jobs[0].overrides if override in shared],
        scorer=scorers[0] if is_one else "",
        tables=[_table(titles, metrics, metric) for metric in _COMPARED],
        jobs=[
            {**_details(job, title, of_job), "scorer": "" if is_one else scorer}
            for job, title, of_job, scorer in zip(jobs, titles, metrics, scorers, strict=True)
        ],
        main_names=RANKINGS.main,
    )


def _scorer_in_words(job: Job) -> str:
    """Which scorer ranks in ``job``, which an override such as an experiment may choose without naming it."""
    settings = yaml.safe_load(job.params) or {}
    return _SCORERS.get(settings.get("dfaulo", {}).get("scorer"), "")


def _table(titles: Sequence[str], metrics: Sequence[Metrics], metric: str) -> dict[str, object]:
    """The rankings of all jobs by one metric, the best of each job marked; as narrow a table as there can be.

    A few jobs stand side by side, with all rankings. Many stand below one another, with the rankings that say most.
    """
    with_metric = [{name: of for name, of in of_job.items() if metric in of} for of_job in metrics]
    names = RANKINGS.ordered({name for of_job in with_metric for name in of_job})
    cells = [
        {row.name: row.cells[0] for row in compare(of_job, RANKINGS.ordered(of_job), [metric], RANKINGS)}
        for of_job in with_metric
    ]
    jobs = [(title, of_job) for title, of_job in zip(titles, cells, strict=True) if of_job]
    heading, explanation = _COMPARED[metric]
    if len(jobs) <= _SIDE_BY_SIDE:
        across = [title for title, _ in jobs]
        rows = [_row(RANKINGS.title(name), [of.get(name) for _, of in jobs], name) for name in names]
        said = f"{explanation} The best of each column is shaded."
    else:
        shown = _telling(names, with_metric, metric)
        across = [RANKINGS.title(name) for name in shown]
        rows = [_row(title, [of.get(name) for name in shown], "") for title, of in jobs]
        others = len(names) - len(shown)
        beside = f" {others} other rankings stand with each job below." if others else ""
        said = f"{explanation} The best of each row is shaded.{beside}"
    first = "Ranking" if len(jobs) <= _SIDE_BY_SIDE else "Job"
    return {"heading": heading, "explanation": said, "first": first, "across": across, "rows": rows if jobs else []}


def _row(title: str, cells: Sequence[Cell | None], name: str) -> dict[str, object]:
    return {"title": title, "cells": cells, "name": name}


def _telling(names: Sequence[str], metrics: Sequence[Metrics], metric: str) -> list[str]:
    """DFauLo's rankings, and those of the others that are the best in the most jobs and on the average, in order."""

    def strength(name: str) -> tuple[int, float]:
        values = [of_job[name][metric] for of_job in metrics if name in of_job]
        firsts = sum(of[name][metric] == max(one[metric] for one in of.values()) for of in metrics if name in of)
        return firsts, sum(values) / len(values)

    main = [name for name in names if name in RANKINGS.main]
    others = sorted((name for name in names if name not in main), key=strength, reverse=True)
    kept = {*main, *others[: max(0, _SIDE_BY_SIDE - len(main))]}
    return [name for name in names if name in kept]


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
