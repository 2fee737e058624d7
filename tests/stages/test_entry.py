import subprocess
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, ReadonlyConfigError

from faultloc.errors import ConfigError
from stages.shared import entry
from tests.stages.workspace import REPOSITORY


@pytest.fixture
def graph(tmp_path, monkeypatch):
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  one:\n    cmd: x\n    params:\n      - seed\n      - runtime.threads\n"
    )
    monkeypatch.chdir(tmp_path)


PARAMS = OmegaConf.create({"seed": 3, "runtime": {"threads": 1, "device": "cpu"}, "mutation": {"ratio": 0.1}})


def test_a_stage_sees_what_it_declares(graph):
    own = entry.keep_declared(PARAMS, "one")
    assert own.seed == 3
    assert own.runtime.threads == 1


@pytest.mark.parametrize("key", ["mutation", "runtime.device"])
def test_reading_a_parameter_that_is_not_declared_raises(graph, key):
    own = entry.keep_declared(PARAMS, "one")
    with pytest.raises(ConfigAttributeError):
        for part in key.split("."):
            own = getattr(own, part)


def test_a_stage_cannot_change_its_parameters(graph):
    with pytest.raises(ReadonlyConfigError):
        entry.keep_declared(PARAMS, "one").seed = 4


def test_a_stage_that_runs_in_one_process_refuses_several(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="there are 2 processes of stage gendata, which runs in one"):
        entry._check_start("gendata", [], shared_by_ranks=False)


def test_a_cluster_that_sets_the_number_of_processes_for_every_program_is_not_torchrun(graph, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    Path("params.yaml").write_text("seed: 0\n")
    entry._check_start("one", [], shared_by_ranks=False)


@pytest.fixture
def in_the_repository(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


def test_without_overrides_a_stage_reads_what_hydra_would_compose(in_the_repository):
    with initialize_config_dir(entry.CONF, version_base="1.3"):
        composed = compose("stage")
    assert OmegaConf.to_container(entry._load_params()) == OmegaConf.to_container(composed)


def test_a_stage_without_overrides_starts_without_hydra():
    # In a process of its own: here it is imported already.
    program = (
        "import sys; from stages.shared import entry; "
        "entry.keep_declared(entry._load_params(), 'preloss'); print('hydra' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_stage_looks_for_garbage_seldom_and_not_at_all_when_it_ends():
    # In a process of its own: what is registered first runs last when it ends.
    program = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 1000)); "
        "from stages.shared.entry import stage; "
        "stage('preloss')(lambda config: f'{gc.get_threshold()[0]:,} objects at a time')()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "100,000 objects at a time" in done.stdout
    assert done.stdout.endswith("True\n")


@pytest.mark.parametrize("content", ["stages: [", "stages: {one: *x}"])
def test_a_broken_graph_is_a_mistake_in_one_sentence(graph, content):
    Path("dvc.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"dvc\.yaml is not valid YAML: .*start from the project's folder"):
        entry.keep_declared(PARAMS, "one")


def test_settings_that_are_a_list_are_a_mistake_in_one_sentence(graph):
    Path("params.yaml").write_text("- seed\n")
    with pytest.raises(ConfigError, match=r"params\.yaml is a list; .*python -m stages\.compose"):
        entry._load_params()
