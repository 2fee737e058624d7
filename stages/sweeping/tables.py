"""The results of a sweep side by side: `results.csv` and `index.html`."""

from collections.abc import Sequence
from pathlib import Path

from faultloc.io.stores.artifacts import load_json, written_whole
from faultloc.io.stores.tables import FLOAT_FORMAT
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.comparison import metric_names
from stages.shared import places
from stages.sweeping.job import Job, load_state
from stages.sweeping.page import render_page

Metrics = dict[str, dict[str, float]]


def write_tables(folder: Path, jobs: Sequence[Job]) -> None:
    """Writes both into ``folder``, of ``jobs`` only, whatever else lies there."""
    import pandas as pd

    metrics = [metrics_of(job) for job in jobs]
    with written_whole(folder / "results.csv") as temporary:
        table = pd.DataFrame([row for job, of_job in zip(jobs, metrics, strict=True) for row in _rows(job, of_job)])
        table.to_csv(temporary, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
    with written_whole(folder / "index.html") as temporary:
        temporary.write_text(render_page(jobs, metrics), encoding="utf-8")


def metrics_of(job: Job) -> Metrics:
    """Every ranking's metrics; none of a job that is not done, whatever an earlier run left in its folder."""
    return load_json(job.folder / places.EVALUATION / "metrics.json") if job.is_done else {}


def _rows(job: Job, metrics: Metrics) -> list[dict[str, object]]:
    about: dict[str, object] = {"job": job.folder.name, "state": load_state(job.folder).progress, **job.settings}
    columns = metric_names(metrics)
    rankings = [*RANKINGS.ordered(metrics), *RANKINGS.ablations(metrics)]
    rows: list[dict[str, object]] = [
        {**about, "ranking": name, **{column: metrics[name].get(column) for column in columns}} for name in rankings
    ]
    return rows or [{**about, "ranking": ""}]
