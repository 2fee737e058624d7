import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from faultloc.faults.planted import PlantedFault
from faultloc.io.stores.artifacts import save_array
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.io.stores.peer_store import save_peers
from faultloc.io.stores.tables import load_table, save_table
from faultloc.io.stores.truth_store import save_truth
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

CONFIG = OmegaConf.create({"seed": 0, "evaluate": {"inspected": [0.01, 0.05], "cleanlab": False}})
SAMPLES, FAULTS = 200, 10


@pytest.fixture
def evaluate(monkeypatch) -> Callable[..., str]:
    """The stage's function itself, without the command line around it."""
    monkeypatch.setattr("stages.shared.entry.stage", lambda name: lambda main: main)
    monkeypatch.delitem(sys.modules, "stages.evaluate", raising=False)
    main = importlib.import_module("stages.evaluate").main
    monkeypatch.delitem(sys.modules, "stages.evaluate")
    return main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch) -> Path:
    """What the stage reads: faults 0 to 9 are lost in a high loss, and the tables stand in their own order."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    ids = np.array([f"sample-{index}" for index in generator.permutation(SAMPLES)])
    labels = generator.integers(0, 3, SAMPLES)
    is_fault = np.arange(SAMPLES) < FAULTS
    dataset = LabeledDataset(np.zeros((SAMPLES, 1, 4, 4), dtype=np.uint8), labels, ids, ["a", "b", "c"])
    save_dataset(Path("data/dataset"), DatasetSplits(dataset))
    shuffled = generator.permutation(SAMPLES)
    kinds = np.where(is_fault, "random_label", "")
    save_truth(Path("data/truth"), PlantedFault("random_label", ids[shuffled], kinds[shuffled], labels[shuffled]))

    logits = generator.normal(size=(SAMPLES, 3)).astype(np.float32)
    logits[np.arange(SAMPLES), labels] += np.where(is_fault, -9, 9)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.log(probabilities[np.arange(SAMPLES), labels])
    for name, array in (("logits", logits), ("probabilities", probabilities), ("loss", loss)):
        save_array(Path(f"data/preloss/train/{name}.npy"), array)
    save_peers(Path("data/peers"), {"aum": loss + 1.0, "deep_state": np.zeros(SAMPLES)}, {})

    ranked = pd.DataFrame({"sample_id": ids, "suspiciousness": (is_fault + generator.random(SAMPLES)) / 2})
    ranked = ranked.sort_values("suspiciousness", ascending=False)
    ranked.insert(0, "rank", np.arange(1, SAMPLES + 1))
    save_table(Path("results/dfaulo/ranking.csv"), ranked.sort_values("sample_id"))
    save_table(Path("results/dfaulo/online.csv"), ranked.assign(suspiciousness=0.5))
    ablations = pd.DataFrame({"sample_id": ids, "input": is_fault * 1.0, "input+hidden": 0.0})
    save_table(Path("results/dfaulo/ablations.csv"), ablations.sample(frac=1, random_state=0))
    return tmp_path


def measured() -> dict:
    return json.loads(Path("results/evaluation/metrics.json").read_text())


def test_every_ranking_is_measured(workspace, evaluate) -> None:
    assert evaluate(CONFIG) == "14 rankings of 200 samples with 10 faults"
    ablations, peers = {"dfaulo_input", "dfaulo_input+hidden"}, {"aum", "deep_state"}
    assert {"dfaulo_offline", "dfaulo_online", "loss", "random", *ablations, *peers} <= set(measured())


def test_tables_are_matched_by_sample_id(workspace, evaluate) -> None:
    evaluate(CONFIG)
    for name in ("dfaulo_offline", "dfaulo_online", "dfaulo_input", "loss", "margin", "aum"):
        assert measured()[name]["pobl@5"] == 1, name
        assert measured()[name]["auroc"] == 1, name


def test_a_ranking_of_ties_is_worth_no_more_than_chance(workspace, evaluate) -> None:
    evaluate(CONFIG)
    assert measured()["dfaulo_input+hidden"]["pobl@5"] <= 0.3
    assert measured()["dfaulo_input+hidden"]["auroc"] == 0.5


def test_cleanlab_is_measured_when_asked_for(workspace, evaluate) -> None:
    pytest.importorskip("cleanlab")
    evaluate(OmegaConf.merge(CONFIG, {"evaluate": {"cleanlab": True}}))
    assert measured()["cleanlab_self_confidence"]["pobl@5"] == 1
    assert "cleanlab_find_label_issues" in load_table(Path("results/evaluation/curves.csv"))


def test_two_runs_write_the_same_bytes(workspace, evaluate) -> None:
    written = []
    for _ in range(2):
        evaluate(CONFIG)
        written.append([path.read_bytes() for path in sorted(Path("results/evaluation").iterdir())])
    assert written[0] == written[1]


def test_without_a_truth_the_evaluation_is_skipped(workspace, evaluate) -> None:
    save_truth(Path("data/truth"), None)
    for name in ("online", "ablations"):
        Path(f"results/dfaulo/{name}.csv").unlink()
    assert evaluate(CONFIG) == "no ground truth: evaluation skipped"
    assert measured() == {}
    assert load_table(Path("results/evaluation/curves.csv")).empty


def test_only_the_offline_ranking_is_needed(workspace, evaluate) -> None:
    for name in ("online", "ablations"):
        Path(f"results/dfaulo/{name}.csv").unlink()
    assert evaluate(CONFIG) == "11 rankings of 200 samples with 10 faults"
