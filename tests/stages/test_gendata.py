"""The stage as `dvc repro` starts it: a command in a folder with `params.yaml` and `dvc.yaml`."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from PIL import Image

from faultloc.errors import ConfigError
from faultloc.faults.inputs.names import split_causes
from faultloc.faults.samples.settings import FAULT_KINDS, FaultSettings
from faultloc.io.datasets import read_digits
from faultloc.io.stores.dataset_store import load_splits, load_test, load_texts, load_train, load_vocabulary
from faultloc.io.stores.truth_store import causes_of, load_causes, load_truth
from stages.gendata import find_reader, make
from tests.warm_python import warm_folder

REPOSITORY = Path(__file__).resolve().parents[2]
DATASETS = sorted(path.stem for path in (REPOSITORY / "conf/dataset").glob("*.yaml"))
NO_ROOT_OF_ITS_OWN = {"image_folder": ["dataset.root=x"], "npz": ["dataset.path=x"]}


def composed(*overrides):
    with initialize_config_dir(str(REPOSITORY / "conf"), version_base="1.3"):
        params = compose("config", overrides=list(overrides))
    OmegaConf.resolve(params)
    return params


@pytest.fixture
def run_stage(tmp_path):
    """Runs the stage in an empty folder with the parameters that ``overrides`` give."""

    def run(*overrides):
        (tmp_path / "params.yaml").write_text(OmegaConf.to_yaml(composed(*overrides)))
        (tmp_path / "dvc.yaml").write_text("stages: {gendata: {params: [seed, dataset, fault]}}")
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        command = [warm_folder() / "python", "-m", "stages.gendata"]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_the_default_plants_random_labels_into_the_digits(tmp_path, run_stage):
    done = run_stage()
    assert done.returncode == 0, done.stderr
    assert "1437 training and 360 test samples of 10 classes, 69 faults (random_label)" in done.stdout
    train, truth = load_train(tmp_path / "data/dataset"), load_truth(tmp_path / "data/truth")
    np.testing.assert_array_equal(train.labels != read_digits().train.labels, truth.is_fault)
    np.testing.assert_array_equal(load_test(tmp_path / "data/dataset").labels, read_digits().test.labels)


def test_the_same_parameters_give_the_same_bytes(tmp_path, run_stage):
    def contents():
        files = sorted(path for path in (tmp_path / "data").rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in files}

    overrides = ["fault=mixed", "dataset.subset=300", "dataset.stratified=true"]
    assert run_stage(*overrides).returncode == 0
    first = contents()
    assert run_stage(*overrides).returncode == 0
    assert contents() == first
    assert run_stage(*overrides, "seed=1").returncode == 0
    assert contents()["truth.csv"] != first["truth.csv"]


def test_a_folder_beside_the_project_is_read(tmp_path, run_stage):
    root = tmp_path.parent / f"{tmp_path.name} pictures"
    for name in ("cat", "dog"):
        (root / "train" / name).mkdir(parents=True)
        for number in range(20):
            Image.new("L", (8, 8), number).save(root / "train" / name / f"{number}.png")
    done = run_stage("dataset=image_folder", f"dataset.root='../{root.name}'", "fault=random_data")
    assert done.returncode == 0, done.stderr
    assert "40 training samples of 2 classes, 2 faults (random_data)" in done.stdout


def test_rendered_digits_are_stored_with_their_parameters_and_the_truth_apart(tmp_path, run_stage):
    small = [f"dataset.{split}_samples=200" for split in ("train", "test", "improvement")]
    done = run_stage("dataset=rendered", *small, "dataset.test_subset=100")
    assert done.returncode == 0, done.stderr
    assert "100 test samples of 10 classes, known causes of failures outside of training" in done.stdout
    splits, known = load_splits(tmp_path / "data/dataset"), load_causes(tmp_path / "data/truth")
    for name, part in splits.items():
        causes = causes_of(known, name, part.sample_ids)
        darkened = np.array(["darkness" in names for names in split_causes(causes)])
        np.testing.assert_array_equal(part.parameters["contrast"] < 0.5, darkened)
        assert darkened.any() == (name != "train")
    assert not list((tmp_path / "data/dataset").rglob("*causes*"))


def test_a_data_set_without_known_causes_has_no_table_of_them(tmp_path, run_stage):
    assert run_stage("dataset.subset=300").returncode == 0
    assert not (tmp_path / "data/truth/causes.csv").exists()
    assert not list((tmp_path / "data").rglob("parameters.csv"))


def test_texts_are_kept_with_their_words(tmp_path, run_stage):
    pytest.importorskip("tokenizers")
    (tmp_path / "raw").mkdir()
    rows = [f"{label},{word} number {number}" for label, word in enumerate("abcd") for number in range(20)]
    (tmp_path / "raw/train.csv").write_text("\n".join(["label,text", *rows]))
    done = run_stage("dataset=ag_news", "dataset.root=raw", "fault=random_data")
    assert done.returncode == 0, done.stderr
    assert "number" in load_vocabulary(tmp_path / "data/dataset")
    is_fault = load_truth(tmp_path / "data/truth").is_fault
    is_foreign = [len(text) == 300 for text in load_texts(tmp_path / "data/dataset")]
    assert is_foreign == is_fault.tolist()
    assert sum(is_foreign) == 4


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["dataset=npz", "dataset.path=nowhere.npz"], "nowhere.npz does not exist"),
        (["fault.ratio=2"], "fault.ratio is 2; expected a number above 0 and below 1, or null"),
        (["dataset.subset=5"], "training samples, expected 2 or more of each class"),
        (
            ["dataset=rendered", "dataset.causes=0.1"],
            "dataset.causes=0.1: expected the share of each cause",
        ),
        (["dataset=rendered", "dataset.causes.blur=much"], "the share of the cause blur is 'much'; expected a number"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_leaves_nothing(tmp_path, run_stage, overrides, sentence):
    done = run_stage(*overrides)
    assert done.returncode == 1
    assert done.stderr.startswith("gendata: error: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_sets_settings_fit_its_reader(name):
    from inspect import signature

    options = OmegaConf.to_container(composed(f"dataset={name}", *NO_ROOT_OF_ITS_OWN.get(name, [])).dataset)
    for key in ("name", "watch", "subset", "test_subset", "stratified"):
        del options[key]
    signature(find_reader(options.pop("_target_"))).bind(**options)


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_is_named_as_its_file_and_watches_it_or_the_users_data(name):
    dataset = composed(f"dataset={name}", *NO_ROOT_OF_ITS_OWN.get(name, [])).dataset
    assert dataset.name == name
    assert dataset.watch in (f"conf/dataset/{name}.yaml", dataset.get("root"), dataset.get("path"))


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_of_fault_has_settings_with_the_same_keys(kind):
    settings = OmegaConf.to_container(composed(f"fault={kind}").fault)
    assert FaultSettings(**settings).kind == kind
    assert sorted(settings) == ["class_name", "kind", "pair", "ratio", "source", "source_root"]


def test_an_unknown_reader_is_one_sentence():
    with pytest.raises(ConfigError, match=r"dataset\._target_=os\.nope: there is no such function"):
        find_reader("os.nope")
    with pytest.raises(ConfigError, match="there is no such function"):
        find_reader("nope")


def test_a_setting_that_does_not_fit_is_one_sentence():
    with pytest.raises(ConfigError, match=r"the settings under dataset \(foo\) do not fit: .*'foo'"):
        make(read_digits, "dataset", {"foo": 1})
