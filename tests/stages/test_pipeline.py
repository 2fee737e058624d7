"""The whole pipeline on small data, through `dvc repro`, as a user runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from faultloc.io.stores.truth_store import load_truth, save_truth
from tests.stages.workspace import Workspace, environment

pytestmark = pytest.mark.slow
AFTER_MUTATION = {"mutation", "dfaulo", "evaluate", "report", "purify"}
ROOT_CAUSES = {"errors", "heatmaps", "linkage", "root_causes", "evaluate_causes", "report_causes"}
COVERAGE = {"unit_outputs", "importance", "selection", "centroids", "coverage"}
OTHERS = {"gendata", "train", "outlier", "activation", "preloss", "suffix", "peers", "deep_localize"}
ALL = OTHERS | AFTER_MUTATION | ROOT_CAUSES | COVERAGE


@pytest.fixture(scope="module")
def done(whole_run, tmp_path_factory) -> Workspace:
    """A workspace in which the pipeline has run once; tests leave its parameters as they found them."""
    return whole_run.copied(tmp_path_factory.mktemp("done") / "work")


def test_the_graph_has_these_stages(done):
    assert done.lock()["stages"].keys() == ALL


def test_a_second_run_executes_nothing(done):
    assert done.reproduce() == set()


# The stages that run again at each override. Those of one step rerun different stages, so that one run of the
# graph says of each override what it has rerun.
STEPS: tuple[dict[str, set[str]], ...] = (
    {
        # The default scorer does not look at these mutants: its ranking stays the same, and what reads it is not rerun.
        "mutation.ratio=0.2": {"mutation", "dfaulo"},
        "peers.simifeat.neighbours=3": {"peers", "evaluate", "report"},
        "purify.action=relabel": {"purify"},
        "fault/training=wrong_loss": {"deep_localize"},
        # Trees of all layers are grown once, and cut as often as somebody likes.
        "hudd.root_causes.clusters=3": {"root_causes", "evaluate_causes", "report_causes"},
        # Another list of units changes all that depends on it, and nothing before.
        "idc.selection.top=4": {"selection", "centroids", "coverage"},
        # The weights stay bit for bit, and nobody reads the diagnosis.
        "monitor=on": {"train"},
    },
    {
        # Four numbers an image: other samples are the farthest, so the deletion set is another one.
        "outlier.largest_side=2": {"outlier", "mutation", "dfaulo"},
        "evaluate.cleanlab=false": {"evaluate", "report"},
        "idc.centroids.clusters=3": {"centroids", "coverage"},
        "hudd.root_causes.layer=features.0": {"root_causes", "evaluate_causes", "report_causes"},
    },
    {
        "idc.coverage.criteria=[nc,idc]": {"coverage"},
        "suffix.learning_rate=0.01": {"suffix", "dfaulo", "evaluate", "report", "purify"},
        "hudd.linkage.form=l2": {"linkage", "root_causes", "evaluate_causes", "report_causes"},
    },
    {
        # What the verdicts change is another list than the one that is purified by.
        "dfaulo.online.rounds=1": {"dfaulo", "evaluate", "report"},
        "hudd.heatmaps.evidence=relevance": ROOT_CAUSES - {"errors"},
    },
    {"dfaulo=paper": {"dfaulo", "evaluate", "report", "purify"}},
    {"report.samples=2": {"report"}},
)


@dataclass(frozen=True)
class Walk:
    """What ran at each step, one behind the other, and at last without any override; the lock file before and after."""

    reran: list[set[str]]
    reran_going_back: set[str]
    before: dict
    after: dict


# So many of the steps are part of `make test`, all of them of `make test-exhaustive`.
SHORT = 1


@pytest.fixture(scope="module", params=[SHORT, pytest.param(len(STEPS), marks=pytest.mark.exhaustive)])
def walk(request, done) -> Walk:
    """From one step to the next: what the last one changed has to come back from the cache, or it would run too."""
    before, reran = done.lock(), []
    for step in STEPS[: request.param]:
        done.configure(*step)
        reran.append(done.reproduce())
    done.configure()
    return Walk(reran, done.reproduce(), before, done.lock())


def test_a_changed_parameter_reruns_what_is_downstream_and_nothing_that_another_had_changed(walk):
    for step, reran in zip(STEPS, walk.reran, strict=False):
        expected = list(step.values())
        assert sum(map(len, expected)) == len(set().union(*expected)), "overrides of one step rerun different stages"
        assert reran == set().union(*expected), step


def test_changing_all_back_reruns_nothing_and_leaves_the_lock_file_as_it_was(walk):
    assert walk.reran_going_back == set()
    assert walk.after == walk.before


def test_the_number_of_processes_changes_no_bytes(done):
    before = done.lock()
    for workers in ("1", "3"):
        for stage in ("mutation", "suffix"):
            done.run("dvc", "repro", "--force", "--single-item", stage, FAULTLOC_WORKERS=workers)
        assert done.lock() == before


def test_the_ranking_keeps_its_contract(done):
    ranking = pd.read_csv(done.folder / "results/dfaulo/ranking.csv")
    assert list(ranking.columns[:5]) == ["rank", "sample_id", "given_label", "predicted_label", "suspiciousness"]
    assert ranking["rank"].tolist() == list(range(1, 151))
    assert ranking["sample_id"].is_unique
    assert ranking["suspiciousness"].between(0, 1).all()
    assert ranking["suspiciousness"].is_monotonic_decreasing


def test_the_ranking_says_what_is_wrong_and_what_would_be_right(done):
    ranking = pd.read_csv(done.folder / "results/dfaulo/ranking.csv", keep_default_na=False, dtype={"kind": str})
    assert set(ranking["kind"]) <= {
        "",
        "wrong label",
        "foreign input",
        "ambiguous",
        "near-duplicate with another label",
    }
    assert (ranking["suggested_label"].astype(str) != ranking["given_label"].astype(str)).all()
    assert ranking["suggested_probability"].between(0, 1).all()
    assert (ranking["foreign_probability"] <= ranking["suspiciousness"] + 1e-5).all()
    assert (ranking["nearest_sample_id"] != ranking["sample_id"]).all()
    summary = json.loads((done.folder / "results/dfaulo/summary.json").read_text())
    expected = summary["expected_faults"]
    assert 0 <= summary["expected_faults_low"] <= summary["expected_faults_high"] <= 150
    assert expected is None or expected == pytest.approx(ranking["suspiciousness"].sum(), abs=1)
    assert 1 <= summary["worthwhile_depth"] <= 150


def test_no_ranking_knows_the_truth(done):
    # The same ranking, byte for byte, whatever the truth says and even where there is none.
    ranking, truth = done.folder / "results/dfaulo/ranking.csv", done.folder / "data/truth"
    before = ranking.read_bytes()
    # Nor does the training's record, which is evidence: what `train` has recorded, and no more.
    record = (done.folder / "data/training/margin.npy").read_bytes()
    assert (done.folder / "data/suffix/margins.npy").read_bytes() == record
    for scorer in ("default", "paper"):
        done.configure(f"dfaulo={scorer}")
        done.run("dvc", "repro", "--force", "--single-item", "dfaulo")
        with_truth = ranking.read_bytes()
        assert scorer == "paper" or with_truth == before
        known = load_truth(truth)
        shifted = replace(known, fault_kinds=np.roll(known.fault_kinds, 7), true_labels=np.roll(known.true_labels, 3))
        for other in (shifted, None):
            save_truth(truth, other)
            done.run(sys.executable, "-m", "stages.suffix")
            assert (done.folder / "data/suffix/margins.npy").read_bytes() == record
            done.run(sys.executable, "-m", "stages.dfaulo")
            assert ranking.read_bytes() == with_truth
        done.run("dvc", "checkout", "--force", "dvc.yaml")
    done.configure()
    done.run("dvc", "checkout", "--force", "dvc.yaml")
    assert done.reproduce() == set()


def test_the_metrics_keep_their_contract(done):
    metrics = json.loads((done.folder / "results/evaluation/metrics.json").read_text())
    assert {"dfaulo_offline", "dfaulo_online", "loss", "random", "cleanlab_self_confidence"} <= set(metrics)
    assert {"aum", "neighbour_votes", "simifeat", "isolation_features"} <= set(metrics)
    assert {"rauc", "apfd", "pobl@1", "pobl@2", "pobl@5", "pobl@10"} <= set(metrics["loss"])


def test_the_report_is_there(done):
    page = (done.folder / "results/report/index.html").read_text()
    assert "dfaulo" in page.lower()
    assert (done.folder / "results/report/table.txt").read_text().strip()


def test_dvc_shows_metrics_and_plots(done):
    metrics = done.run("dvc", "metrics", "show", "--md").stdout
    assert "dfaulo_offline" in metrics
    assert "test_accuracy_cleaned" in metrics
    assert "plots" in done.run("dvc", "plots", "show").stdout


def test_no_output_holds_a_time_a_path_or_a_pickle(done):
    for file in (done.folder / folder for folder in ("data", "models", "results")):
        for path in file.rglob("*.json"):
            assert str(done.folder) not in path.read_text()
    assert not [path for path in done.folder.rglob("*.p*kl*") if ".dvc" not in path.parts]


def test_a_stage_alone_agrees_with_dvc_and_takes_overrides(done):
    before = done.run("dvc", "status").stdout
    done.run(sys.executable, "-m", "stages.mutation")
    assert done.run("dvc", "status").stdout == before
    done.run(sys.executable, "-m", "stages.mutation", "mutation.epochs=2")
    assert "mutation" in done.run("dvc", "status").stdout
    done.run("dvc", "checkout", "--force", "dvc.yaml")


def test_without_a_planted_fault_there_is_a_ranking_and_no_evaluation(done, tmp_path):
    workspace = Workspace(tmp_path)
    workspace.configure("fault=none")
    finished = workspace.run("dvc", "repro", "report", "purify")
    assert "no ground truth" in finished.stdout
    assert (workspace.folder / "results/dfaulo/ranking.csv").exists()
    assert json.loads((workspace.folder / "results/evaluation/metrics.json").read_text()) == {}
    assert (workspace.folder / "results/report/index.html").exists()
    purified = json.loads((workspace.folder / "results/purify/metrics.json").read_text())
    assert "share_right" not in purified
    assert purified["removed"] == 8  # 5 % of 150


@pytest.mark.exhaustive  # `test_machine_faults.py` kills stages, `test_sweep.py` interrupts them
def test_after_an_interruption_the_next_run_carries_on(done, tmp_path):
    workspace = done.copied(tmp_path / "work")
    workspace.configure("mutation.epochs=100000")
    workspace.forget(AFTER_MUTATION)
    running = subprocess.Popen(
        ["dvc", "repro"], cwd=workspace.folder, env=environment(), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    while "stages.mutation" not in running.stdout.readline():
        assert running.poll() is None
    time.sleep(8)  # until it trains; too early is interrupted too, but in the imports
    os.killpg(running.pid, signal.SIGINT)
    output = running.communicate(timeout=60)[0]
    assert running.returncode != 0
    assert "Traceback" not in output
    assert not list(workspace.folder.rglob("*.part"))
    workspace.configure()
    assert workspace.reproduce() == AFTER_MUTATION
    assert workspace.lock() == done.lock()
