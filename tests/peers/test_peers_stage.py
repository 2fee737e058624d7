import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from faultloc.errors import ConfigError, MissingPackageError
from faultloc.io.stores.artifacts import load_json, save_array
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.io.stores.peer_store import load_peers
from faultloc.io.stores.subject_store import save_subject
from faultloc.subject.architecture import Architecture
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.splits import DatasetSplits
from faultloc.subject.subject import Subject

CONF = Path(__file__).resolve().parents[2] / "conf/peers"
SAMPLES = 60
LENET = Architecture("faultloc.subject.architectures.LeNet1", {"num_classes": 3, "input_shape": [1, 28, 28]})
LSTM = Architecture(
    "faultloc.subject.architectures.RecurrentClassifier",
    {"num_classes": 3, "vocabulary_size": 20, "embedding_size": 6, "hidden_size": 5},
)


def settings(*asked: str, **changed: object) -> DictConfig:
    """What the stage reads, with the peers ``asked`` alone, and small numbers for those that train."""
    peers = OmegaConf.load(CONF / "default.yaml")
    for name in peers:
        peers[name].run = name in asked
    peers.cross_validation.folds, peers.ncnv.epochs, peers.ncnv.warm_up = 2, 2, 1
    rest = {"seed": 0, "runtime": {"device": "cpu", "threads": 1, "batch_size": 32}, "activation": {"layer": None}}
    return OmegaConf.merge(OmegaConf.create({**rest, "peers": peers}), OmegaConf.create(changed))


@pytest.fixture
def ask(monkeypatch, tmp_path: Path) -> Callable[[DictConfig], str]:
    """The stage's function itself, without the command line around it, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stages.shared.entry.stage", lambda name: lambda main: main)
    monkeypatch.delitem(sys.modules, "stages.peers", raising=False)
    main = importlib.import_module("stages.peers").main
    monkeypatch.delitem(sys.modules, "stages.peers")
    return main


def write_inputs(architecture: Architecture, inputs: np.ndarray, labels: np.ndarray) -> None:
    """What the stages before leave."""
    ids = np.array([f"sample-{index}" for index in range(SAMPLES)])
    save_dataset(Path("data/dataset"), DatasetSplits(LabeledDataset(inputs, labels, ids, ["a", "b", "c"])))
    recipe = TrainingRecipe("SGD", epochs=1, batch_size=16, optimizer_options={"lr": 0.01})
    network = architecture.build(torch.Generator().manual_seed(0))
    save_subject(Path("models/subject"), Subject(network, architecture, recipe))
    rng = np.random.default_rng(0)
    save_array(Path("data/preloss/train/probabilities.npy"), rng.dirichlet(np.ones(3), SAMPLES).astype(np.float32))
    save_array(Path("data/activation/train/features.npy"), rng.standard_normal((SAMPLES, 8)).astype(np.float32))
    save_array(Path("data/training/margin.npy"), np.arange(SAMPLES) - 20.0)


@pytest.fixture
def images(ask) -> Callable[[DictConfig], str]:
    rng = np.random.default_rng(0)
    write_inputs(LENET, rng.integers(0, 256, (SAMPLES, 1, 28, 28)).astype(np.uint8), rng.integers(0, 3, SAMPLES))
    return ask


@pytest.fixture
def texts(ask) -> Callable[[DictConfig], str]:
    rng = np.random.default_rng(0)
    write_inputs(LSTM, rng.integers(1, 20, (SAMPLES, 7)).astype(np.int32), rng.integers(0, 3, SAMPLES))
    return ask


def test_those_that_are_asked_answer_for_every_sample(images) -> None:
    said = images(settings("aum", "neighbour_votes", "simifeat", "isolation"))
    assert said == "aum, neighbour_votes, isolation_features, simifeat for 60 samples"
    answers = load_peers(Path("data/peers"))
    assert {name: values.shape for name, values in answers.items()} == dict.fromkeys(answers, (SAMPLES,))
    assert answers["aum"].tolist() == (20.0 - np.arange(SAMPLES)).tolist()


def test_by_default_nothing_is_trained() -> None:
    switches = OmegaConf.load(CONF / "default.yaml")
    assert {name for name in switches if switches[name].run} == {"aum", "neighbour_votes", "simifeat", "isolation"}


def test_those_with_trainings_of_their_own_answer_too(images) -> None:
    pytest.importorskip("cleanlab")
    images(settings("cross_validation", "ncnv"))
    answers = load_peers(Path("data/peers"))
    assert {"ncnv", "cv_cleanlab_self_confidence", "cv_cleanlab_find_label_issues"} <= set(answers)
    assert all(np.isfinite(values).all() for values in answers.values())


def test_the_number_of_processes_changes_no_bytes(images, monkeypatch) -> None:
    pytest.importorskip("cleanlab")
    written = []
    for workers in ("1", "2"):
        monkeypatch.setenv("FAULTLOC_WORKERS", workers)
        images(settings("cross_validation"))
        written.append([path.read_bytes() for path in sorted(Path("data/peers").iterdir())])
    assert written[0] == written[1]


def test_what_a_picture_network_cannot_be_asked_is_left_out_with_the_reason(images) -> None:
    said = images(settings("aum", "mc_dropout", "deep_state"))
    assert "not mc_dropout: LeNet1 has no dropout; not deep_state: LeNet1 predicts nothing after a step" in said
    assert list(load_peers(Path("data/peers"))) == ["aum"]
    assert set(load_json(Path("data/peers/left_out.json"))) == {"mc_dropout", "deep_state"}


def test_a_recurrent_network_can_be_asked_about_dropout_and_steps(texts) -> None:
    assert texts(settings("mc_dropout", "deep_state")) == "mc_dropout, deep_state for 60 samples"
    answers = load_peers(Path("data/peers"))
    assert (answers["mc_dropout"] > 0).all()
    assert ((answers["deep_state"] >= 0) & (answers["deep_state"] <= 1)).all()


def test_one_label_alone_leaves_out_what_compares_labels(images) -> None:
    write_inputs(LENET, np.zeros((SAMPLES, 1, 28, 28), dtype=np.uint8), np.zeros(SAMPLES, dtype=np.int64))
    said = images(settings("aum", "simifeat"))
    assert said == (
        "none for 60 samples; not aum: all samples have the same label; not simifeat: all samples have the same label"
    )


def test_a_switch_that_is_neither_true_nor_false_is_refused(images) -> None:
    with pytest.raises(ConfigError, match=r"peers\.aum\.run is 'maybe'; expected true or false"):
        images(settings(peers={"aum": {"run": "maybe"}}))


def test_without_cleanlab_nothing_is_trained_for_it(images, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    monkeypatch.setattr("stages.peer_trainings.cross_validated_probabilities", lambda *rest: pytest.fail("it trains"))
    with pytest.raises(MissingPackageError, match=r"faultloc\[cleanlab\]"):
        images(settings("cross_validation"))
