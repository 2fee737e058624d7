"""The sweep's page in a real browser: its tables fit, however many jobs and rankings there are."""

from pathlib import Path

import pytest

from stages.sweeping.job import Job, JobState, save_state
from stages.sweeping.page import render_page
from tests.browser import complaints, needs_browser, unseen_focus

RANKINGS = (
    "dfaulo_online",
    "dfaulo_offline",
    "loss",
    "margin",
    "random",
    "deepgini",
    "entropy",
    "aum",
    "simifeat",
    "ncnv",
)


def page_of(folder: Path, count: int) -> Path:
    jobs = []
    for seed in range(count):
        job = Job(("experiment=dfaulo/quick", "fault=specific_label", f"seed={seed}"), "", folder / str(seed))
        job.folder.mkdir()
        save_state(job.folder, JobState("failed" if seed == 1 else "done", "train" if seed == 1 else ""))
        job.log.write_text("train: error: the loss is not a number\n" if seed == 1 else "")
        jobs.append(job)
    metrics = {name: {"pobl@5": 1 - place / 20, "rauc": 1 - place / 30} for place, name in enumerate(RANKINGS)}
    (folder / "index.html").write_text(render_page(jobs, [metrics] * count), encoding="utf-8")
    return folder / "index.html"


@needs_browser
@pytest.mark.parametrize("count", [8, 9])
def test_the_tables_fit_into_a_window_of_usual_width(browser, tmp_path, count):
    page = page_of(tmp_path, count)
    assert complaints(browser, page, looked_at_by_axe=count == 9) == []
    tab = browser.new_page(viewport={"width": 1366, "height": 800})
    tab.goto(page.as_uri())
    boxes = tab.locator("section > .wide")
    assert boxes.count() == 2
    assert boxes.evaluate_all("all => all.map(box => box.scrollWidth - box.clientWidth)") == [0, 0]
    tab.close()
    assert unseen_focus(browser, page)[1] == []


def test_it_is_said_which_scorer_ranked_once_or_of_each_job(tmp_path):
    def page(*scorers: str) -> str:
        names = [f"dfaulo: {{scorer: {scorer}}}" for scorer in scorers]
        jobs = [Job((f"seed={seed}",), text, tmp_path / str(seed)) for seed, text in enumerate(names)]
        return render_page(jobs, [{} for _ in jobs])

    assert page("paper", "paper").count("by the published scorer (dfaulo=paper)") == 1
    both = page("default", "paper")
    assert both.count("by the default scorer (dfaulo=default)") == both.count("by the published scorer") == 1
    assert both.index("<h2>The jobs</h2>") < both.index("by the default scorer")


def test_of_many_jobs_the_telling_rankings_are_compared_and_it_is_said_where_the_others_are(tmp_path):
    page = page_of(tmp_path, 9).read_text()
    assert "2 other rankings stand with each job below" in page
    assert page.count('<th scope="row">seed=3</th>') == 2
    few = tmp_path / "few"
    few.mkdir()
    assert "The best of each column is shaded" in page_of(few, 2).read_text()
