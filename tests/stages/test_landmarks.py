"""The paper's regression, facial landmarks, through the whole graph on drawn faces."""

import json
import sys

import pandas as pd
import pytest

from tests.faces import write_release
from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow

# What 200 drawn faces take; the paper's 10,000 photographs take its own recipe.
QUICK = (
    "train.epochs=20",
    "train.batch_size=16",
    "train.optimizer.lr=0.01",
    "model.dropout=0",
    "model.scale=1",
    "mutation.learning_rate=0.01",
    "mutation.epochs=2",
    "dataset.subset=200",
    "dataset.test_subset=60",
    "fault.source=auto",
    # The paper's 100 are 1 % of its faces; here they would be half of them, faults among them.
    "dfaulo.presumed_clean_per_class=10",
)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Workspace:
    """A workspace in which the case with wrong landmarks has run once."""
    workspace = Workspace(tmp_path_factory.mktemp("landmarks"))
    write_release(workspace.folder / "faces", training=210, testing=60)
    configure(workspace, "fault=random_label")
    workspace.run("dvc", "repro")
    return workspace


def configure(workspace: Workspace, *overrides: str) -> None:
    faces = ("dataset.root=faces", "dataset.boxes=[annotation.txt,annotation_test.txt]")
    workspace.configure("experiment=dfaulo/mtfl_tcdcnn", *faces, *QUICK, *overrides)


def stored(workspace: Workspace, file: str) -> dict:
    return json.loads((workspace.folder / file).read_text())


def test_the_model_is_measured_by_its_squared_error(done):
    reached = stored(done, "results/train/metrics.json")
    assert set(reached) == {"train_mean_squared_error", "test_mean_squared_error"}
    assert reached["test_mean_squared_error"] < 13.5 / 2  # 13.5: that of the mean of these targets
    assert list(pd.read_csv(done.folder / "results/train/curve.csv").columns) == ["epoch", "loss"]


def test_wrong_landmarks_stand_higher_than_by_chance(done):
    metrics = stored(done, "results/evaluation/metrics.json")
    assert metrics["dfaulo_offline"]["rauc"] > 0.8
    assert metrics["dfaulo_offline"]["rauc"] > metrics["random"]["rauc"]


def test_baselines_of_classes_are_left_out(done):
    metrics = stored(done, "results/evaluation/metrics.json")
    kept = {"random", "loss", "isolation_inputs", "isolation_features"}
    assert {name for name in metrics if not name.startswith("dfaulo")} == kept


def test_the_ranking_keeps_its_contract(done):
    ranking = pd.read_csv(done.folder / "results/dfaulo/ranking.csv")
    assert list(ranking.columns[:5]) == ["rank", "sample_id", "given_label", "predicted_label", "suspiciousness"]
    assert ranking["sample_id"].is_unique
    assert len(ranking) == 200
    assert ranking["suspiciousness"].between(0, 1).all()
    for column in ("given_label", "predicted_label"):
        assert (ranking[column].str.split().str.len() == 10).all()


def test_the_report_speaks_of_errors_not_of_classes(done):
    page = (done.folder / "results/report/index.html").read_text()
    assert "mean squared error" in page
    assert "ross-entropy" not in page
    assert "ccuracy" not in page
    assert "1 classes" not in page
    assert "squared error" in (done.folder / "results/report/table.txt").read_text()


def test_purifying_removes_and_measures_the_squared_error(done):
    purified = stored(done, "results/purify/metrics.json")
    assert purified["removed"] == 10  # 5 % of 200
    assert {f"test_mean_squared_error_{name}" for name in ("before", "cleaned", "uncleaned")} <= set(purified)


@pytest.mark.exhaustive
def test_a_watched_training_of_landmarks_gives_the_same_weights(done):
    weights = sorted((done.folder / "models/subject").glob("*.safetensors"))
    before = [file.read_bytes() for file in weights]
    done.run(sys.executable, "-m", "stages.train", "monitor.enabled=true")
    assert before
    assert [file.read_bytes() for file in weights] == before
    seen = stored(done, "results/train/diagnosis.json")
    assert seen["watched"] is True
    assert seen["steps"] == 260  # 20 epochs of 200 faces in batches of 16
    assert not any("not recognised" in note for note in seen["notes"])
    done.run("dvc", "checkout", "--force", "dvc.yaml")


@pytest.mark.exhaustive
def test_the_stage_of_the_training_takes_targets(done):
    said = done.run(sys.executable, "-m", "stages.deep_localize", "deep_localize.fault.kind=wrong_activation").stdout
    assert "wrong_activation planted and localised; TCDCNN" in said
    done.run("dvc", "checkout", "--force", "dvc.yaml")


def test_the_default_scorer_is_refused_with_the_way_out(done):
    finished = done.run(sys.executable, "-m", "stages.dfaulo", "dfaulo.scorer=default", check=False)
    assert finished.returncode == 1
    assert "choose it with dfaulo=paper" in finished.stdout
    assert "Traceback" not in finished.stdout


def test_a_fault_of_classes_is_refused(done):
    finished = done.run(sys.executable, "-m", "stages.gendata", "fault.kind=specific_label", check=False)
    assert finished.returncode == 1
    assert "fault.kind=specific_label is about classes" in finished.stdout
    done.run("dvc", "checkout", "--force", "dvc.yaml")


@pytest.mark.exhaustive
def test_foreign_pictures_are_found_too(done):
    configure(done, "fault=random_data")
    done.run("dvc", "repro", "evaluate")
    metrics = stored(done, "results/evaluation/metrics.json")
    assert metrics["dfaulo_offline"]["rauc"] > 0.8
