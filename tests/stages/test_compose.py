from pathlib import Path

import pytest
from omegaconf import OmegaConf

from stages.compose import composed, differences, main

REPOSITORY = Path(__file__).resolve().parents[2]
GROUPS = {
    group: sorted(path.stem for path in (REPOSITORY / "conf" / group).glob("*.yaml"))
    for group in ("dataset", "fault", "model", "mutation", "train")
}


@pytest.fixture(autouse=True)
def repository(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


def test_params_yaml_is_the_composition_of_conf():
    assert main(["--check"]) == 0, "run `python -m stages.compose` and commit params.yaml"


def test_a_drift_is_named_key_by_key():
    assert differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}) == ["a.c: params.yaml has 2, conf/ has 3"]


@pytest.mark.parametrize(("group", "option"), [(group, option) for group in GROUPS for option in GROUPS[group]])
def test_every_option_of_every_group_composes(group, option):
    params = composed([f"{group}={option}"])
    assert OmegaConf.missing_keys(params) == set() or group == "dataset"


def test_a_data_set_brings_a_model_and_a_recipe_that_fit_it():
    params = composed(["dataset=ag_news"])
    assert params.model._target_.endswith("RecurrentClassifier")
    assert params.train.optimizer.name == "Adam"


def test_the_command_line_has_the_last_word():
    params = composed(["dataset=ag_news", "model=bilstm", "train=sgd"])
    assert params.model.bidirectional
    assert params.train.optimizer.name == "SGD"


def test_a_mistyped_key_is_an_error_and_leaves_params_yaml_alone(capsys):
    before = (REPOSITORY / "params.yaml").read_text()
    assert main(["mutation.ratoi=0.1"]) == 1
    assert "ratoi" in capsys.readouterr().err
    assert (REPOSITORY / "params.yaml").read_text() == before
