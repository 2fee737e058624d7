from pathlib import Path

import pytest
from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, ReadonlyConfigError

from faultloc.errors import ConfigError
from stages import entry


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
