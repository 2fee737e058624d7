"""Settings held against what is declared of them: at compose, by a sweep, when a stage starts."""

import copy
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from faultloc.errors import ConfigError
from stages import sweep
from stages.compose import main
from stages.settings.composition import composed, composed_and_checked
from stages.settings.data import Source
from stages.settings.overrides import read_overrides
from stages.settings.whole import faults_in
from stages.shared import entry
from tests.stages.workspace import REPOSITORY

CONF = REPOSITORY / "conf"


@pytest.fixture(autouse=True)
def repository(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture(scope="module")
def defaults() -> dict:
    return OmegaConf.to_container(OmegaConf.load(REPOSITORY / "params.yaml"))


def changed(params: dict, key: str, value: object) -> dict:
    """A copy of ``params`` with ``value`` at the dotted ``key``."""
    own = copy.deepcopy(params)
    *folders, last = key.split(".")
    place = own
    for name in folders:
        place = place[name]
    place[last] = value
    return own


# The options of the other groups stand in test_compose.py, which composes them one by one.
TOGETHER = [
    ["hudd=encoder", "idc=recurrent", "peers=all", "dfaulo=paper", "monitor=on"],
    ["hudd=heatmaps", "idc=deepimportance", "fault/training=learning_rate_too_high"],
    ["hudd=paper", "fault/training=dead_units"],
    ["hudd=released", "fault/training=learning_rate_too_low"],
]


@pytest.mark.parametrize("options", TOGETHER)
def test_every_setting_of_every_option_is_declared(options):
    params, faults = composed_and_checked(options, CONF)
    assert faults == []
    assert faults_in(OmegaConf.to_container(params), thorough=False) == []


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("mutation.ratio", "abc", "mutation.ratio is 'abc'; expected a number above 0 and below 1"),
        ("mutation.ratio", "", "mutation.ratio is empty; expected a number above 0 and below 1"),
        ("mutation.ratio", None, "mutation.ratio is null; expected a number above 0 and below 1"),
        ("mutation.ratio", [0.1], "mutation.ratio is [0.1]; expected a number above 0 and below 1"),
        ("mutation.ratio", float("nan"), "mutation.ratio is nan; expected a number above 0 and below 1"),
        ("mutation.ratio", True, "mutation.ratio is True; expected a number above 0 and below 1"),
        ("mutation.learning_rate", float("inf"), "mutation.learning_rate is inf; expected a number above 0"),
        ("mutation.learning_rate", "1e-3", "expected a number above 0: a number stands without quotes"),
        ("seed", "007", "seed is '007'; expected a whole number at least 0: a number has no zero in front"),
        ("mutation.epochs", 2.5, "mutation.epochs is 2.5; expected a whole number at least 1"),
        ("mutation.operator", "heed", "expected direct or head; did you mean head?"),
        ("mutation.ratoi", 0.1, "there is no setting mutation.ratoi; did you mean mutation.ratio"),
        ("mutation", 5, "mutation is 5; expected settings by their names: operator, ratio"),
        ("per_round", 5, "there is no setting per_round; did you mean dfaulo.online.per_round?"),
        ("purify.share", 1.5, "purify.share is 1.5; expected a number above 0 and below 1, or null"),
        ("peers.aum.run", "yes", "peers.aum.run is 'yes'; expected true or false"),
        ("suffix.checkpoints", [3, 0], "suffix.checkpoints is [3, 0]; expected epochs, such as [3, 6, 10, 15]"),
        ("sensitivity", {}, "there is no setting sensitivity"),
        ("idc_questions.sensitivity.shares", [0.1, "a"], "idc_questions.sensitivity.shares[1] is 'a'"),
        ("dfaulo.scorer", "magic", "dfaulo.scorer is 'magic'; expected default or paper"),
        ("dfaulo.scorer", "paper", "dfaulo.scorer is paper, and the settings beside it are those of default"),
        ("train.optimizer", "SGD", "train.optimizer is 'SGD'; expected settings by their names: name"),
    ],
)
def test_a_stage_that_starts_finds_it(defaults, key, value, sentence):
    (fault,) = faults_in(changed(defaults, key, value), thorough=False)
    assert sentence in fault


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("train.optimizer.momentun", 0.9, "train.optimizer.momentun; did you mean train.optimizer.mo"),
        ("train.optimizer.name", "Adam", "Adam takes no momentum; it takes lr, "),
        ("train.optimizer.name", "Adam", "is taken away with ~train.optimizer.momentum"),
        ("suffix.checkpoints", [3, 3, 6], "suffix.checkpoints is [3, 3, 6]; expected each epoch once"),
        ("train.optimizer.lr", -1, "Invalid learning rate: -1"),
        ("train.optimizer.lr", "fast", "train.optimizer.lr is 'fast'; expected a number"),
        ("train.optimizer.name", "Adm", "torch.optim has no Adm; did you mean torch.optim.Adam"),
        ("train.scheduler", {"name": "StepLR"}, "StepLR needs train.scheduler.step_size"),
        ("model.num_clases", 3, "there is no setting model.num_clases; did you mean model.num_classes?"),
        ("model._target_", "nowhere.Net", "model._target_ is 'nowhere.Net', which cannot be imported"),
        ("model._target_", "LeNet5", "expected where it is imported from, too"),
        ("dataset._target_", "faultloc.io.datasets.read_digit", "did you mean faultloc.io.datasets.read_digits"),
        ("dataset.root", "/x", "there is no setting dataset.root"),
        ("dataset.name", "mnist", "dataset.name is 'mnist', and what is read is digits"),
        ("hudd.retrain.modes", ["hud"], "hudd.retrain.modes[0] is 'hud'; expected one of: hudd"),
        ("idc.coverage.settings", {"kmnc": {"section": 9}}, "kmnc.section; did you mean sections?"),
        ("idc.coverage.settings", {"kmcn": {}}, "there is no such criterion; did you mean kmnc"),
        ("idc.importance.attributions", ["lpr"], "did you mean lrp"),
        ("suffix.left_out", 8, "suffix.left_out is 8; expected a whole number at least 1 and below 8"),
        ("fault.kind", "randm_label", "did you mean random_label"),
        ("fault.ratio", None, "fault.ratio=None: expected a number between 0 and 1"),
        ("purify.share", None, "it is not said how many samples to remove"),
        ("runtime.device", "gpu", "runtime.device is 'gpu'; expected auto, cpu, cuda"),
    ],
)
def test_compose_asks_the_library_too(defaults, key, value, sentence):
    (fault,) = faults_in(changed(defaults, key, value), thorough=True)
    assert sentence in fault


def test_what_a_model_or_a_data_set_of_ones_own_takes_is_a_setting(defaults, tmp_path, monkeypatch):
    (tmp_path / "minenet.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n    def __init__(self, num_classes: int, width: int = 8): super().__init__()\n"
        "def read(*, folder: str, **more): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    own = {"_target_": "minenet.Net", "watch": "minenet.py", "width": 16}
    assert faults_in(changed(defaults, "model", own), thorough=True) == []
    (fault,) = faults_in(changed(defaults, "model", own | {"width": "wide"}), thorough=True)
    assert fault == "model.width is 'wide'; expected a whole number"
    reader = defaults["dataset"] | {"_target_": "minenet.read", "name": "mine", "folder": "/x", "anything": 3}
    assert faults_in(changed(defaults, "dataset", reader), thorough=True) == []
    del reader["folder"]
    assert faults_in(changed(defaults, "dataset", reader), thorough=True) == [
        "read needs dataset.folder; expected a value for each"
    ]


def test_all_faults_are_said_at_once_and_params_yaml_stays(capsys):
    before = (REPOSITORY / "params.yaml").read_text()
    assert main(["+mutation.ratoi=0.1", "purify.share=abc", "model=lenet", "~suffix.mutants", "seed=1,2"]) == 1
    said = capsys.readouterr().err
    assert [line.split(";")[0] for line in said.splitlines()] == [
        "compose: error: there is no model/lenet",
        "compose: error: seed has several values, 1,2",
        "compose: error: there is no setting mutation.ratoi",
        "compose: error: suffix.mutants is missing",
        "compose: error: purify.share is 'abc'",
    ]
    assert (REPOSITORY / "params.yaml").read_text() == before


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("mutation.ratio", "sets nothing; expected key=value"),
        ("=0.1", "sets nothing; expected key=value"),
        ("--mutation.ratio=0.1", "without dashes"),
        ("mutation=null", "mutation is null; expected one of: direct, head"),
        ("mutation=5", "there is no mutation/5; expected one of: direct"),
        ("+model=lenet5", "model has an option already"),
        ("experiment=dfaulo/qick", "did you mean experiment=dfaulo/quick?"),
        ("mutation.ratio=0,1", "A number is written with a point"),
        ("mutation.ratio=a=b", "cannot be read"),
    ],
)
def test_an_override_that_hydra_would_answer_with_a_riddle_has_a_sentence(argument, sentence):
    (fault,) = read_overrides([argument], CONF).faults
    assert sentence in fault


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("~mutation.ratoi", "there is no setting mutation.ratoi; did you mean mutation.ratio"),
        ("~mutation", "there is no mutation, which stages need"),
        ("mutation.ratio=${nothing}", "cannot be composed: Interpolation key 'nothing' not found"),
        ("dataset=image_folder", "a value is needed that has no default: add dataset.root=..."),
    ],
)
def test_what_composes_into_nothing_is_named(argument, sentence):
    (fault,) = composed_and_checked([argument], CONF)[1]
    assert sentence in fault


def test_an_option_may_be_added_and_a_setting_taken_away():
    assert composed_and_checked(["+train.optimizer.nesterov=true", "+model.num_classes=10"], CONF)[1] == []
    params, faults = composed_and_checked(["~train.optimizer.momentum", "mutation={ratio:0.3}"], CONF)
    assert (faults, params.mutation.ratio, "momentum" in params.train.optimizer) == ([], 0.3, False)


def test_a_sweep_names_what_is_wrong_before_a_job_starts():
    assert sweep.faults_of_arguments(["-m", "mutation.ratio=0.1,0.2", "sweep.jobs=2", "hydra/launcher=joblib"]) == []
    assert sweep.faults_of_arguments(["-m", "seed=0,1", "sweep.jbos=2"]) == [
        "there is no setting sweep.jbos; did you mean sweep.jobs?"
    ]
    said = sweep.faults_of_arguments(["-m", "mutation.ratoi=0.1,0.2", "model=lenet5,lenet"])
    assert [fault.split(";")[0] for fault in said] == ["there is no model/lenet", "there is no setting mutation.ratoi"]
    jobs = [(composed([], CONF), []), (composed(["mutation.ratio=2"], CONF), ["mutation.ratio=2"])]
    (fault,) = sweep.faults_of_jobs(jobs)
    assert fault.startswith("mutation.ratio is 2;") and fault.endswith("(in the job mutation.ratio=2)")


def test_a_stage_refuses_settings_of_another_one_that_make_no_sense():
    params = OmegaConf.load("params.yaml")
    entry._check_whole(params)
    params.purify.share = "abc"
    params.mutation.ratoi = 0.1
    with pytest.raises(ConfigError, match=r"there is no setting mutation\.ratoi.*\npurify\.share is 'abc'"):
        entry._check_whole(params)


def test_a_stage_takes_no_option_of_a_group():
    with pytest.raises(ConfigError, match=r"python -m stages\.compose model=lenet5"):
        entry._check_overrides(["seed=1", "model=lenet5"])


def test_the_sources_of_foreign_inputs_are_those_of_the_library():
    from typing import get_args

    from faultloc.io.datasets import foreign_sources

    names = {"auto", *foreign_sources._IMAGE_SOURCES, *foreign_sources._TEXT_SOURCES}
    assert set(get_args(Source)) == names


def test_no_folder_of_settings_is_missing():
    groups = {path.name for path in CONF.iterdir() if path.is_dir()} - {"experiment", "hydra"}
    assert groups <= set(OmegaConf.load(Path("params.yaml")))
