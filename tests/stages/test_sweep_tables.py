import csv
from pathlib import Path

import pytest

from faultloc.io.stores.artifacts import save_json
from stages.questions import main as ask
from stages.sweeping.job import Job, JobState, job_titles, save_state
from stages.sweeping.progress import outcomes
from stages.sweeping.tables import write_tables

METRICS = {"loss": {"pobl@5": 0.5, "rauc": 0.75}, "dfaulo_offline": {"pobl@5": 0.25, "rauc": 0.875}}


def finished(folder: Path, *overrides: str, metrics: dict | None = None, state: str = "done") -> Job:
    job = Job(overrides, "", folder / "-".join(overrides).replace("/", "-"))
    save_json(job.folder / "results/evaluation/metrics.json", METRICS if metrics is None else metrics)
    save_state(job.folder, JobState(state, "train" if state == "failed" else ""))
    job.log.write_text("train: error: <b>the loss is not a number</b>\n" if state == "failed" else "")
    return job


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_job_and_ranking_has_a_row_with_the_overrides_as_columns(tmp_path):
    write_tables(tmp_path, [finished(tmp_path, "seed=0", "+a.b=x=y"), finished(tmp_path, "seed=1", "+a.b=x=y")])
    found = [(row["seed"], row["a.b"], row["ranking"], row["pobl@5"], row["rauc"]) for row in rows(tmp_path)]
    assert found == [
        (seed, "x=y", *of)
        for seed in ("0", "1")
        for of in (("dfaulo_offline", "0.25", "0.875"), ("loss", "0.5", "0.75"))
    ]


@pytest.mark.parametrize(("state", "metrics"), [("failed", METRICS), ("waiting", METRICS), ("done", {})])
def test_a_job_without_results_of_now_has_a_row_without_a_ranking(tmp_path, state, metrics):
    write_tables(tmp_path, [finished(tmp_path, "seed=0", state=state, metrics=metrics)])
    assert [(row["seed"], row["state"], row["ranking"]) for row in rows(tmp_path)] == [("0", state, "")]


def test_the_page_shades_the_best_ranking_of_each_job(tmp_path):
    write_tables(tmp_path, [finished(tmp_path, "seed=0")])
    page = (tmp_path / "index.html").read_text()
    assert '<td class="best">0.8750</td>' in page
    assert "<td>0.7500</td>" in page


def test_the_page_escapes_what_comes_from_outside(tmp_path):
    write_tables(tmp_path, [finished(tmp_path, "dataset.root=<script>", state="failed")])
    page = (tmp_path / "index.html").read_text()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "the loss is not a number" in page


def test_a_title_holds_what_tells_the_jobs_apart(tmp_path):
    jobs = [Job((f"seed={seed}", "fault=none"), "", tmp_path) for seed in (0, 1)]
    assert job_titles(jobs) == ["seed=0", "seed=1"]
    assert job_titles(jobs[:1]) == ["seed=0 fault=none"]
    assert job_titles([Job((), "", tmp_path)]) == ["the defaults"]


def test_a_failed_job_is_told_with_its_reason_and_its_log(tmp_path):
    job = finished(tmp_path, "seed=0", state="failed")
    (line,) = outcomes([job])
    assert "failed in train: train: error: <b>the loss is not a number</b>" in line
    assert str(job.log) in line


def test_the_questions_can_be_asked_of_a_sweep_over_both_scorers(tmp_path):
    # The published scorer has ablations, which start from its own ranking: that must not stand there twice.
    ablated = {**METRICS, "dfaulo_hidden": {"pobl@5": 0.125, "rauc": 0.625}}
    jobs = [
        finished(tmp_path / "sweep", f"seed={seed}", f"dfaulo={scorer}", metrics=metrics)
        for seed in range(4)
        for scorer, metrics in (("default", METRICS), ("paper", ablated))
    ]
    write_tables(tmp_path / "sweep", jobs)
    rankings = [row["ranking"] for row in rows(tmp_path / "sweep") if row["dfaulo"] == "paper" and row["seed"] == "0"]
    assert sorted(rankings) == ["dfaulo_hidden", "dfaulo_offline", "loss"]
    asked = ["--results", str(tmp_path / "sweep/results.csv"), "--output", str(tmp_path / "answers")]
    assert ask(asked) == 0
    assert "dfaulo=paper" in (tmp_path / "answers/answers.md").read_text()
