import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from faultloc.evaluation.tables import empty_discovery_table
from faultloc.faults.planted import PlantedFault
from faultloc.io.stores.artifacts import save_json
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.io.stores.tables import save_table
from faultloc.io.stores.truth_store import save_truth
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

CONFIG = OmegaConf.create({"report": {"samples": 5, "headline": 0.2}})
IDS = np.array([f"sample-{index}" for index in range(10)])


@pytest.fixture
def report(monkeypatch) -> Callable[..., str]:
    """The stage's function itself, without the command line around it."""
    monkeypatch.setattr("stages.shared.entry.stage", lambda name: lambda main: main)
    monkeypatch.delitem(sys.modules, "stages.report", raising=False)
    main = importlib.import_module("stages.report").main
    monkeypatch.delitem(sys.modules, "stages.report")
    return main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch) -> Path:
    """What the stage reads when nothing is known about ten small pictures."""
    monkeypatch.chdir(tmp_path)
    labels = np.arange(10) % 2
    dataset = LabeledDataset(np.zeros((10, 1, 8, 8), dtype=np.uint8), labels, IDS, ["cat", "dog"])
    save_dataset(Path("data/dataset"), DatasetSplits(dataset))
    save_truth(Path("data/truth"), None)
    names = np.array(["cat", "dog"])[labels]
    ranking = {"rank": np.arange(1, 11), "sample_id": IDS, "given_label": names, "predicted_label": names}
    save_table(Path("results/dfaulo/ranking.csv"), pd.DataFrame({**ranking, "suspiciousness": 0.5}))
    save_json(Path("results/train/metrics.json"), {"train_accuracy": 0.9})
    save_table(Path("results/train/curve.csv"), pd.DataFrame({"epoch": [1], "loss": [0.5], "accuracy": [0.9]}))
    save_json(Path("results/evaluation/metrics.json"), {})
    save_table(Path("results/evaluation/curves.csv"), empty_discovery_table())
    return tmp_path


def test_the_report_is_written_without_a_truth_or_a_test_set(workspace, report) -> None:
    assert report(CONFIG) == "5 samples shown, open results/report/index.html"
    assert "The 5 most suspicious of 10 samples" in Path("results/report/index.html").read_text()


def test_the_report_counts_the_faults_at_the_top_of_the_ranking(workspace, report) -> None:
    kinds = np.where(np.isin(np.arange(10), [1, 7]), "random_label", "")
    save_truth(Path("data/truth"), PlantedFault("random_label", IDS, kinds, np.zeros(10, dtype=np.int64)))
    report(CONFIG)
    page = Path("results/report/index.html").read_text()
    assert "The first 2 of 10 samples hold 1 of the 2 planted faults" in page
