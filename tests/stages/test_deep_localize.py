"""The stage that trains the subject under the monitor, and the monitor beside stage train, as a user runs them."""

import json
import sys

import pandas as pd
import pytest

from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow
PICTURE = "training-1.png"
RESULTS = {"diagnosis.json", "localization.csv", "metrics.json", PICTURE}
# 150 samples are ten steps an epoch; the faults planted here show within ten.
ENOUGH = ("train.epochs=6", "deep_localize.steps=40")


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Workspace:
    """A workspace in which the stage has run once, on a sound training."""
    workspace = Workspace(tmp_path_factory.mktemp("deep_localize"))
    workspace.configure(*ENOUGH)
    assert reproduce(workspace) == {"gendata", "deep_localize"}
    return workspace


def reproduce(workspace: Workspace) -> set[str]:
    said = workspace.run("dvc", "repro", "deep_localize").stdout
    return {name for name in ("gendata", "train", "deep_localize") if f"Running stage '{name}':" in said}


def results(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.folder / "results/deep_localize"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def metrics(workspace: Workspace) -> dict:
    return json.loads(results(workspace)["metrics.json"])


def run_stage(workspace: Workspace, stage: str, *overrides: str) -> tuple[int, str]:
    finished = workspace.run(sys.executable, "-m", f"stages.{stage}", *overrides, check=False)
    assert "Traceback" not in finished.stdout
    return finished.returncode, finished.stdout


def test_a_sound_training_has_no_finding_and_every_layer_a_suspiciousness(done):
    assert set(results(done)) == RESULTS
    assert metrics(done) == {
        **{"steps": 40, "errors": 0, "warnings": 0, "cause": "", "place": "", "phase": ""},
        "fault": "none",
    }
    table = pd.read_csv(done.folder / "results/deep_localize/localization.csv")
    assert list(table.columns) == ["rank", "layer_id", "rule", "suspiciousness"]
    assert {"features.0", "fc", "input", "labels", "loss", "optimizer"} <= set(table["layer_id"])
    assert (table["suspiciousness"] == 0).all()


def test_a_second_run_executes_nothing_and_a_forced_one_gives_the_same_bytes(done):
    before = results(done)
    assert reproduce(done) == set()
    done.run("dvc", "repro", "--force", "--single-item", "deep_localize")
    assert results(done) == before


def test_another_fault_runs_this_stage_alone_and_is_a_metric(done):
    done.configure(*ENOUGH, "fault/training=wrong_loss")
    assert reproduce(done) == {"deep_localize"}
    found = metrics(done)
    assert (found["cause"], found["fault"]) == ("loss.no_log_softmax", "wrong_loss")
    assert found["detected"] is True
    assert found["localised"] is True
    table = pd.read_csv(done.folder / "results/deep_localize/localization.csv")
    assert (table["layer_id"][0], table["suspiciousness"][0]) == (found["place"], 1.0)
    assert "loss.no_log_softmax" in done.run("dvc", "metrics", "show").stdout


def test_a_training_whose_loss_is_no_number_still_has_its_diagnosis(done):
    code, said = run_stage(done, "deep_localize", "deep_localize.fault.kind=nan_input")
    assert code == 0
    assert said.startswith("deep_localize: nan_input planted and localised; LeNet1, ")
    assert len(said.splitlines()) == 1
    assert metrics(done)["steps"] < 40


@pytest.mark.parametrize(("on_error", "expected"), [("stop", 0), ("raise", 1)])
def test_an_error_ends_the_training_early_and_the_results_are_written(done, on_error, expected):
    for name in RESULTS:
        (done.folder / "results/deep_localize" / name).unlink(missing_ok=True)
    code, said = run_stage(
        done, "deep_localize", "deep_localize.fault.kind=wrong_activation", f"deep_localize.on_error={on_error}"
    )
    assert code == expected
    assert "CrossEntropyLoss is given the output of a Softmax" in said
    assert len(said.splitlines()) == 1
    assert metrics(done)["steps"] == 0  # the very first, before it was taken
    assert set(results(done)) == RESULTS - {PICTURE}  # there is nothing to draw


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["deep_localize.fault.kind=magic"], "deep_localize.fault.kind is 'magic'; expected one of none, wrong_"),
        (["deep_localize.fault.kind=dead_units"], "LeNet1 has no nn.ReLU behind a layer with a bias"),
        (["deep_localize.steps=0"], "deep_localize.steps is 0; expected a whole number at least 1"),
        (["deep_localize.on_error=wran"], "deep_localize.on_error is 'wran'; expected warn, stop, raise"),
    ],
)
def test_a_setting_that_makes_no_sense(done, overrides, sentence):
    code, said = run_stage(done, "deep_localize", *overrides)
    assert code == 1
    assert said.startswith("deep_localize: error: ")
    assert sentence in said


def test_an_unknown_option_of_the_group_is_named(done):
    finished = done.run(sys.executable, "-m", "stages.compose", "fault/training=magic", check=False)
    assert finished.returncode == 1
    assert "fault/training/magic" in finished.stdout
    assert "wrong_loss" in finished.stdout


def watched_train(workspace: Workspace) -> dict:
    return json.loads((workspace.folder / "results/train/diagnosis.json").read_text())


def test_the_subject_has_the_same_weights_watched_and_unwatched(done):
    outputs = ("models/subject", "data/training", "results/train/curve.csv", "results/train/metrics.json")

    def content() -> dict[str, bytes]:
        files = [file for name in outputs for file in sorted([done.folder / name, *(done.folder / name).rglob("*")])]
        return {str(file): file.read_bytes() for file in files if file.is_file()}

    assert run_stage(done, "train")[0] == 0
    unwatched = content()
    assert len(unwatched) >= 4
    assert watched_train(done) == {"watched": False}
    code, said = run_stage(done, "train", "monitor.enabled=true", "monitor.every=1")
    assert code == 0
    assert content() == unwatched
    assert watched_train(done)["watched"] is True
    assert watched_train(done)["steps"] == 60
    assert "60 steps watched, " in said


def test_a_training_that_ends_in_an_error_says_why_in_its_diagnosis(done):
    code, said = run_stage(done, "train", "monitor.enabled=true", "train.optimizer.lr=1e38")
    assert code == 1
    assert "train: error: the training loss is" in said
    assert watched_train(done)["errors"] >= 1
    assert watched_train(done)["cause"]


def test_an_error_ends_the_subjects_training_where_it_is_to_be_raised(done):
    code, said = run_stage(done, "train", *("monitor.enabled=true", "monitor.on_error=raise", "train.optimizer.lr=100"))
    assert code == 1
    assert said.startswith("train: error: step ")
    assert watched_train(done)["errors"] >= 1
