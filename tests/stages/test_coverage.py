"""Coverage through the graph: what is restricted, chosen, left out or refused, on what one whole run has left."""

import json
import sys

import pandas as pd
import pytest

from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def untouched(whole_run, tmp_path_factory) -> Workspace:
    return whole_run.copied(tmp_path_factory.mktemp("mistakes") / "work")


@pytest.fixture(scope="module")
def done(whole_run, tmp_path_factory) -> Workspace:
    return whole_run.copied(tmp_path_factory.mktemp("coverage") / "work")


def measured(workspace: Workspace, *overrides: str) -> pd.DataFrame:
    """The table after another `dvc repro` of the coverage with ``overrides``."""
    workspace.configure(*overrides)
    workspace.run("dvc", "repro", "coverage")
    return pd.read_csv(workspace.folder / "results/coverage/coverage.csv").set_index("criterion")


def test_all_criteria_are_measured_in_their_ranges(done):
    table = pd.read_csv(done.folder / "results/coverage/coverage.csv").set_index("criterion")
    assert list(table.index) == ["nc", "kmnc", "nbc", "snac", "tknc", "tknp", "cc", "lsc", "dsc", "mdsc", "nlc", "idc"]
    assert table["value"].between(0, 1).all()
    assert table.loc["idc", "total"] == 2**10 and table.loc["idc", "attainable"] == 60
    assert 0 < table.loc["idc", "covered"] <= 60
    assert "of 1,024 combinations" in (done.folder / "results/coverage/report.html").read_text()


def test_criteria_take_settings(done):
    table = measured(done, "idc.coverage.criteria=[kmnc]", "+idc.coverage.settings.kmnc.sections=10")
    assert table.loc["kmnc", "total"] == 260


def test_layers_may_be_measured_one_by_one(done):
    table = measured(done, "idc.selection.scope=layer_by_layer", "idc.coverage.criteria=[idc]")
    # The answers are no layer of their own; the first layer of LeNet-1 has four channels.
    assert list(table.index) == ["idc features.0", "idc features.3"]
    assert table["total"].tolist() == [2**4, 2**10]


def test_one_class_may_be_measured(done):
    all_classes = measured(done, "idc.coverage.criteria=[idc]")
    one = measured(done, "idc.coverage.criteria=[idc]", "idc.of_class=3", "idc.importance.correct_only=false")
    assert one.loc["idc", "attainable"] < all_classes.loc["idc", "attainable"] == 60
    metrics = json.loads((done.folder / "results/coverage/metrics.json").read_text())
    assert metrics == {"idc": pytest.approx(one.loc["idc", "value"], rel=1e-6)}


def test_units_may_be_chosen_by_a_table_of_scores_whose_changes_are_noticed(done):
    scores = done.folder / "votes.csv"
    chosen = []
    for best in (2, 5):
        scores.write_text(f"LayerName,NeuronIndex,Score\nfeatures.3,{best},90\nfeatures.0,1,30\n")
        measured(done, "idc.selection.by=scores", "idc.selection.scores=votes.csv", "idc.selection.top=2")
        chosen.append(json.loads((done.folder / "data/important_units.json").read_text())["groups"][0]["units"])
    assert chosen == [[["features.0", 1], ["features.3", 2]], [["features.0", 1], ["features.3", 5]]]


def test_units_may_be_voted_by_a_stage_that_runs_where_its_table_is_asked_for(done):
    few = ("idc.vote.methods=[la,lgxa,ldl]", "idc.vote.batches=3", "idc.vote.batch_size=20")
    measured(done, *few, "idc.selection.by=scores", "idc.selection.scores=data/votes.csv", "idc.selection.top=3")
    votes = pd.read_csv(done.folder / "data/votes.csv")
    assert votes["Score"].sum() == 55 * 3
    units = json.loads((done.folder / "data/important_units.json").read_text())["groups"][0]["units"]
    highest = votes.sort_values("Score", ascending=False, kind="stable").head(3)
    assert {(layer, number) for layer, number in units} == set(
        zip(highest["LayerName"], highest["NeuronIndex"], strict=True)
    )


def test_without_an_attribution_importance_driven_coverage_is_left_out_and_said_so(done):
    done.configure("idc=recurrent")
    assert "left out: idc" in done.run("dvc", "repro", "coverage").stdout
    assert "idc" not in json.loads((done.folder / "results/coverage/metrics.json").read_text())


@pytest.mark.parametrize(
    ("stage", "override", "sentence"),
    [
        ("importance", "idc.importance.attributions=[salience]", "there is no attribution 'salience'"),
        ("importance", "idc.importance.correct_only=maybe", "expected true or false"),
        ("importance", "idc.of_class=12", "the class 12 has none of the 150 samples"),
        ("vote", "idc.vote.batches=0", "idc.vote.batches is 0"),
        ("vote", "idc.vote.methods=[lrp,best]", "there is no attribution 'best'"),
        ("vote", "idc.vote.across=perhaps", "idc.vote.across is 'perhaps'"),
        ("selection", "idc.selection.top=100", "100 units are asked for"),
        (
            "selection",
            "idc.selection.scope=wide",
            "idc.selection.scope is 'wide'; expected end2end, layer, layer_by_layer",
        ),
        ("selection", "idc.selection.layer_index=1", "expected an index for the scope layer"),
        (
            "selection",
            "idc.selection.by=lgxa",
            "idc.selection.by is 'lgxa'; expected scores, or one that was read: lrp",
        ),
        (
            "centroids",
            "idc.centroids.clusters=0",
            "idc.centroids.clusters is 0; expected a whole number at least 1, or null",
        ),
        ("coverage", "idc.coverage.criteria=[nx]", "there is no criterion 'nx'; expected one of: nc"),
        ("coverage", "+idc.coverage.settings.nc.level=1", "nc does not take the settings {'level': 1}"),
        ("unit_outputs", "idc.unit_outputs.point=beside", "'beside'; expected before or after"),
    ],
)
def test_a_mistaken_setting_is_one_sentence(untouched, stage, override, sentence):
    finished = untouched.run(sys.executable, "-m", f"stages.{stage}", override, check=False)
    assert finished.returncode == 1
    assert sentence in finished.stdout
    assert "Traceback" not in finished.stdout
