"""Root causes, the unsafe set and the retraining through the graph, on a few drawn digits."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from faultloc.torchvision_import import import_torchvision
from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow
SMALL = (
    "dataset=rendered",
    "dataset.train_samples=300",
    "dataset.test_samples=200",
    "dataset.improvement_samples=200",
    "train.epochs=6",
    "hudd.retrain.runs=2",
    "hudd.retrain.epochs=1",
    "hudd.retrain.modes=[hudd,bl2,entropy]",
)
DEFAULT = ("evaluate_causes", "report_causes")
TARGET = "targets/dvc.yaml:hudd_retrain"
STAGES = ("gendata", "train", "preloss", "errors", "heatmaps", "linkage", "root_causes", "unsafe_set", "hudd_retrain")


def reproduce(workspace: Workspace, *overrides: str) -> set[str]:
    workspace.run("python", "-m", "stages.compose", *SMALL, *overrides)
    said = workspace.run("dvc", "repro", TARGET).stdout
    return {name for name in STAGES if f"Running stage '{name}':" in said or f"dvc.yaml:{name}':" in said}


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("root_causes"))
    assert reproduce(workspace) == set(STAGES)
    return workspace


def metrics_of(workspace: Workspace) -> dict:
    return json.loads((workspace.folder / "results/root_causes/metrics.json").read_text())


def test_every_error_is_in_a_cluster_and_the_clusters_are_localized(done):
    errors = pd.read_csv(done.folder / "results/root_causes/errors.csv")
    causes = pd.read_csv(done.folder / "results/root_causes/root_causes.csv")
    metrics = metrics_of(done)
    assert len(errors) == metrics["errors"] > 16
    assert (errors["given_label"] != errors["predicted_label"]).all()
    assert errors["cluster"].value_counts().sort_index().tolist() == causes.sort_values("cluster")["errors"].tolist()
    assert errors.groupby("cluster")["is_medoid"].sum().eq(1).all()
    assert causes["suspiciousness"].sum() == pytest.approx(1)


def test_planted_causes_and_known_parameters_judge_the_clusters_and_a_page_shows_them(done):
    said = done.run("dvc", "repro", *DEFAULT).stdout
    assert "purity 0." in said and "planted causes have a pure cluster" in said
    folder = done.folder / "results/cause_evaluation"
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["purity"] > metrics["purity_permuted"] + 0.2
    assert metrics["mean_largest_reduction"] > 0
    clusters, found = pd.read_csv(folder / "clusters.csv"), pd.read_csv(done.folder / "results/root_causes/errors.csv")
    assert clusters["cluster"].tolist() == sorted(found["cluster"].unique())
    assert len(pd.read_csv(folder / "variance_reduction.csv")) == len(clusters)
    page = (done.folder / "results/cause_report/report.html").read_text()
    assert "mean heatmap" in page and "in clusters of the same sizes by chance" in page
    pictures = list((done.folder / "results/cause_report/causes").glob("*/*.png"))
    assert len(pictures) == metrics_of(done)["errors"]


def test_unsafe_images_are_as_many_as_the_quotas_say_each_once(done):
    unsafe = pd.read_csv(done.folder / "results/unsafe_set/unsafe.csv")
    errors = metrics_of(done)["errors"]
    assert len(unsafe) == round(200 * 0.3 * errors / 200)
    assert unsafe["sample_id"].is_unique and unsafe["sample_id"].str.startswith("improvement").all()


def test_every_mode_is_trained_as_often(done):
    runs = pd.read_csv(done.folder / "results/hudd_retrain/runs.csv")
    assert runs.groupby("mode").size().to_dict() == {"hudd": 2, "bl2": 2, "entropy": 2}
    assert runs["accuracy"].between(0, 1).all()
    metrics = json.loads((done.folder / "results/hudd_retrain/metrics.json").read_text())
    assert "is not shown to be better than bl2" in metrics["claims"]["hudd"]  # two runs can show nothing
    assert np.isclose(metrics["accuracy"]["bl2"], runs[runs["mode"] == "bl2"]["accuracy"].mean(), atol=1e-6)


def test_another_cut_reruns_nothing_before_it_and_the_cut_back_nothing_at_all(done):
    assert reproduce(done, "hudd.root_causes.clusters=3") == {"root_causes", "unsafe_set", "hudd_retrain"}
    assert reproduce(done) == set()


@pytest.mark.exhaustive
def test_another_network_may_read_the_images_and_its_weights_are_watched(done):
    import_torchvision("torchvision", purpose="timm")  # also where its compiled part cannot be loaded
    timm = pytest.importorskip("timm", reason="needs the extra timm")
    weights = done.folder / "encoder.pth"
    encoder = (
        "hudd=encoder",
        "hudd.root_causes.reduce=pca",
        "hudd.heatmaps.encoder=timm:test_resnet",
        "hudd.heatmaps.encoder_weights=encoder.pth",
        "hudd.heatmaps.encoder_side=32",
    )
    ran = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        torch.save(timm.create_model("test_resnet").state_dict(), weights)
        ran.append(reproduce(done, *encoder))
    assert metrics_of(done)["layer"] == "the encoder"
    assert ran[1] == {"heatmaps", "linkage", "root_causes", "unsafe_set", "hudd_retrain"}
    assert reproduce(done) == set()


def test_another_budget_leaves_the_causes_as_they_are(done):
    assert reproduce(done, "hudd.unsafe_set.factor=0.2") == {"unsafe_set", "hudd_retrain"}
    assert reproduce(done) == set()


@pytest.mark.parametrize(
    ("overrides", "stage", "sentence"),
    [
        (["hudd.root_causes.clusters=900"], "root_causes", "900 clusters are asked for"),
        (["hudd.root_causes.layer=conv9"], "root_causes", "hudd.root_causes.layer is 'conv9'; expected last_conv"),
        (["hudd.heatmaps.layers=[conv9]"], "heatmaps", "SmallCNN has no layer 'conv9'"),
        (["hudd.heatmaps.evidence=saliency"], "heatmaps", "hudd.heatmaps.evidence is 'saliency'"),
        (["+hudd.evaluate.parameters.angle={near:[3]}"], "evaluate_causes", "near and margin of angle"),
        (["hudd.heatmaps.encoder=timm:test_resnet"], "heatmaps", "errors are compared by deviation; expected features"),
        (
            ["hudd.heatmaps.evidence=features", "hudd.heatmaps.encoder=resnet"],
            "heatmaps",
            "the encoder is 'resnet'; expected timm:NAME",
        ),
        (["hudd.linkage.input=rows"], "linkage", "hudd.linkage.input is 'rows'; expected direct or profile"),
        (["hudd.unsafe_set.quota=all"], "unsafe_set", "there is no quota 'all'"),
        (["hudd.unsafe_set.factor=1000"], "unsafe_set", "the quotas ask for"),
        (["hudd.retrain.modes=[best]"], "hudd_retrain", "hudd.retrain.modes has 'best'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence_and_loses_nothing(done, overrides, stage, sentence):
    before = {path: path.read_bytes() for path in (done.folder / "results").rglob("*.csv")}
    finished = done.run("python", "-m", f"stages.{stage}", *overrides, check=False)
    assert finished.returncode == 1
    assert finished.stdout.startswith(f"{stage}: error: ") and sentence in finished.stdout
    assert "Traceback" not in finished.stdout
    assert {path: path.read_bytes() for path in before} == before


def test_without_an_improvement_set_the_causes_are_found_and_the_unsafe_set_says_what_is_missing(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.configure()
    finished = workspace.run("dvc", "repro", TARGET, check=False)
    assert finished.returncode != 0
    assert "the data set has no improvement set" in finished.stdout
    assert (workspace.folder / "results/root_causes/errors.csv").exists()
