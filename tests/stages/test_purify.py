"""The stage on its own, on a small data set that is written for it."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from faultloc.faults.planted import PlantedFault
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.io.stores.subject_store import save_subject
from faultloc.io.stores.tables import save_table
from faultloc.io.stores.truth_store import save_truth
from faultloc.subject.architecture import Architecture
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.splits import DatasetSplits
from faultloc.subject.subject import Subject
from tests.stages.workspace import Workspace

WRONG = 10


def images(samples: int, split: str) -> LabeledDataset:
    """Class 1 is bright below, class 0 above."""
    rng = np.random.default_rng(samples)
    labels = np.arange(samples) % 2
    inputs = rng.integers(0, 60, (samples, 1, 28, 28))
    for half in (0, 1):
        inputs[labels == half, :, 14 * half : 14 * (half + 1)] += 150
    ids = np.array([f"{split}/{index:05d}" for index in range(samples)])
    return LabeledDataset(inputs.astype(np.uint8), labels, ids, ("above", "below"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("purify"))
    made.configure()
    write_inputs(made.folder, test=images(40, "test"), known=True)
    return made


def write_inputs(folder: Path, *, test: LabeledDataset | None, known: bool) -> None:
    """What the stages before leave: the first ten samples have a wrong label and stand at the head of the ranking."""
    train = images(200, "train")
    true_labels, kinds = train.labels.copy(), np.full(200, "", dtype="<U12")
    train.labels[:WRONG] = 1 - true_labels[:WRONG]
    kinds[:WRONG] = "random_label"
    save_dataset(folder / "data/dataset", DatasetSplits(train, test))
    truth = PlantedFault("random_label", train.sample_ids, kinds, true_labels)
    save_truth(folder / "data/truth", truth if known else None)
    architecture = Architecture("faultloc.subject.architectures.LeNet1", {"num_classes": 2, "input_shape": [1, 28, 28]})
    recipe = TrainingRecipe("SGD", epochs=1, batch_size=16, optimizer_options={"lr": 0.01, "momentum": 0.9})
    save_subject(
        folder / "models/subject", Subject(architecture.build(torch.Generator().manual_seed(0)), architecture, recipe)
    )
    ranking = pd.DataFrame(
        {
            "rank": np.arange(1, 201),
            "sample_id": train.sample_ids,
            "given_label": train.names_of(train.labels),
            "predicted_label": train.names_of(true_labels),
            "suspiciousness": np.where(np.arange(200) < WRONG + 2, 0.9, 0.1),
            "kind": np.where(np.arange(200) < WRONG + 2, "wrong label", ""),
            "suggested_label": train.names_of(1 - train.labels),
        }
    )
    save_table(folder / "results/dfaulo/ranking.csv", ranking)


def run(workspace: Workspace, *overrides: str) -> tuple[dict, pd.DataFrame, str]:
    said = workspace.run(sys.executable, "-m", "stages.purify", "purify.epochs=2", *overrides).stdout
    results = workspace.folder / "results/purify"
    changes = pd.read_csv(results / "changes.csv", keep_default_na=False)
    return json.loads((results / "metrics.json").read_text()), changes, said


def test_the_head_of_the_ranking_is_removed_and_the_truth_says_what_was_right(workspace):
    metrics, changes, _ = run(workspace, "purify.share=0.1")
    assert (metrics["removed"], metrics["relabelled"]) == (20, 0)
    assert metrics["share_right"] == 0.5
    assert changes["sample_id"].tolist() == [f"train/{index:05d}" for index in range(20)]
    assert {"test_accuracy_before", "test_accuracy_cleaned", "test_accuracy_uncleaned"} <= set(metrics)


def test_relabelling_without_a_share_takes_what_is_likelier_faulty_than_not(workspace):
    metrics, changes, _ = run(workspace, "purify.action=relabel", "purify.share=null")
    assert (metrics["removed"], metrics["relabelled"]) == (0, 12)
    assert metrics["share_right"] == pytest.approx(10 / 12, abs=1e-6)
    assert (changes["given_label"] != changes["new_label"]).all()


def test_without_a_test_set_and_a_truth_the_metrics_say_nothing_of_them(workspace):
    write_inputs(workspace.folder, test=None, known=False)
    metrics, _, said = run(workspace)
    assert metrics == {"removed": 10, "relabelled": 0}
    assert "no test set, so no accuracy" in said


def test_the_changes_do_not_depend_on_the_truth(workspace):
    write_inputs(workspace.folder, test=None, known=True)
    _, with_truth, _ = run(workspace)
    write_inputs(workspace.folder, test=None, known=False)
    _, without, _ = run(workspace)
    assert with_truth.equals(without)
