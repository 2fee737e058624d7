import contextlib
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from stages.compose import composed, differences, main
from stages.settings.composition import faults_of_composition

REPOSITORY = Path(__file__).resolve().parents[2]
GROUPS = {
    group: sorted(path.stem for path in (REPOSITORY / "conf" / group).glob("*.yaml"))
    for group in ("dataset", "fault", "model", "mutation", "train")
}

# The cases of the paper: the data set, the model, the optimizer, the epochs of training and of mutation, and how many
# samples a reviewer sees, which is 20 %. Source: the authors' code.
CASES = {
    "mnist_lenet1": ("mnist", "LeNet1", "SGD", 0.001, 16, 85, 10, 12_000),
    "mnist_lenet5": ("mnist", "LeNet5", "SGD", 0.001, 16, 85, 10, 12_000),
    "cifar10_resnet20": ("cifar10", "ResNet20", "SGD", 0.1, 128, 45, 1, 10_000),
    "cifar10_vgg16": ("cifar10", "VGG16", "SGD", 0.1, 128, 45, 1, 10_000),
    "ag_news_lstm": ("ag_news", "RecurrentClassifier", "Adam", 0.001, 256, 25, 1, 24_000),
    "ag_news_bilstm": ("ag_news", "RecurrentClassifier", "Adam", 0.001, 256, 25, 1, 24_000),
    "mtfl_tcdcnn": ("mtfl", "TCDCNN", "SGD", 0.003, 64, 40, 5, 2_000),
    "quick": ("digits", "LeNet1", "SGD", 0.01, 16, 10, 10, 300),
}


@pytest.fixture(autouse=True)
def repository(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


def test_params_yaml_is_the_composition_of_conf():
    assert main(["--check"]) == 0, "run `python -m stages.compose` and commit params.yaml"


def test_a_drift_is_named_key_by_key():
    assert differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}) == ["a.c: params.yaml has 2, conf/ has 3"]


def test_what_is_wrong_with_params_yaml_itself_is_said_where_no_stage_would_run(tmp_path, capsys):
    (tmp_path / "conf").symlink_to(REPOSITORY / "conf")
    held = (REPOSITORY / "params.yaml").read_text()
    broken = {
        held.replace("  threads: 1", "  threads: 1\n  treads: 2"): "runtime.treads; did you mean runtime.threads?",
        "seed: [1\n": "params.yaml cannot be read: ",
        "- 1\n": "params.yaml holds no settings by their names",
        "": "params.yaml holds no settings by their names",
    }
    with contextlib.chdir(tmp_path):
        for text, sentence in broken.items():
            Path("params.yaml").write_text(text)
            assert main(["--check"]) == 1
            assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(("group", "option"), [(group, option) for group in GROUPS for option in GROUPS[group]])
def test_every_option_of_every_group_composes(group, option):
    params = composed([f"{group}={option}"])
    assert OmegaConf.missing_keys(params) == set() or group == "dataset"
    faults = faults_of_composition(params)
    assert not faults or faults[0].startswith("a value is needed"), "a setting of conf/ is declared in stages/settings/"


def test_a_data_set_brings_a_model_and_a_recipe_that_fit_it():
    params = composed(["dataset=ag_news"])
    assert params.model._target_.endswith("RecurrentClassifier")
    assert params.train.optimizer.name == "Adam"


def test_the_command_line_has_the_last_word():
    params = composed(["dataset=ag_news", "model=bilstm", "train=sgd"])
    assert params.model.bidirectional
    assert params.train.optimizer.name == "SGD"


def test_every_experiment_is_tested():
    assert {path.stem for path in (REPOSITORY / "conf/experiment/dfaulo").glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("fault", ["random_label", "specific_label", "random_data", "specific_data"])
@pytest.mark.parametrize("case", CASES)
def test_a_case_of_the_paper_composes_with_each_of_its_faults(case, fault):
    params = composed([f"experiment=dfaulo/{case}", f"fault={fault}"])
    online = params.dfaulo.online
    assert OmegaConf.missing_keys(params) == set()
    assert (params.fault.kind, params.fault.ratio, params.mutation.ratio) == (fault, 0.05, 0.05)
    assert params.dfaulo.scorer == "paper"
    assert faults_of_composition(params) == []
    assert CASES[case] == (
        *(params.dataset.name, params.model._target_.rpartition(".")[2]),
        *(params.train.optimizer.name, params.train.optimizer.lr, params.train.batch_size, params.train.epochs),
        *(params.mutation.epochs, online.rounds * online.per_round),
    )


def test_the_two_recurrent_cases_differ_in_their_direction():
    assert not composed(["experiment=dfaulo/ag_news_lstm"]).model.bidirectional
    assert composed(["experiment=dfaulo/ag_news_bilstm"]).model.bidirectional


def test_the_command_line_has_the_last_word_over_an_experiment():
    params = composed(["experiment=dfaulo/ag_news_bilstm", "train=sgd", "dfaulo=default", "fault.source=auto"])
    assert set(params.train.optimizer) == {"name", "lr", "momentum"}
    assert params.dfaulo.scorer == "default"
    assert params.fault.source == "auto"


def test_a_mistyped_key_is_an_error_and_leaves_params_yaml_alone(capsys):
    before = (REPOSITORY / "params.yaml").read_text()
    assert main(["mutation.ratoi=0.1"]) == 1
    assert "ratoi" in capsys.readouterr().err
    assert (REPOSITORY / "params.yaml").read_text() == before
