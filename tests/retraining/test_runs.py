import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.retraining.runs import RunPlan, count_flips, retrain_runs
from faultloc.retraining.trained_copy import HeldOut, TrainingSamples
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator

RECIPE = TrainingRecipe("SGD", epochs=1, batch_size=8, optimizer_options={"lr": 0.1})
RNG = np.random.default_rng(0)
INPUTS, LABELS = torch.from_numpy(RNG.normal(size=(40, 4)).astype(np.float32)), RNG.integers(0, 3, 40)
SETS = {"all": np.arange(40), "few": np.array([1, 2, 3]), "copies": np.repeat(np.arange(30), 3)}


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def plans(names=SETS, runs: int = 2):
    for name in names:
        for run in range(runs):
            samples = TrainingSamples(INPUTS, LABELS, SETS[name])
            yield RunPlan(name, run, samples, torch_generator(0, "t", f"{name}/{run}"))


def runs_of(network, names=SETS, *, steps: int = 13, held_out=None):
    held_out = held_out or HeldOut(INPUTS[:20], LABELS[:20])
    return list(retrain_runs(network, plans(names), RECIPE, held_out, steps=steps, batch_size=16))


@pytest.mark.parametrize("steps", [1, 13])
def test_every_set_gets_the_same_number_of_steps_whatever_its_size(network, steps, monkeypatch):
    taken = []
    step = torch.optim.SGD.step

    def counted(self, *arguments):
        taken.append(self)  # kept, so that no two have the same identity
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.SGD, "step", counted)
    runs_of(network, steps=steps)
    by_run = {id(optimizer): taken.count(optimizer) for optimizer in taken}
    assert list(by_run.values()) == [steps] * 6


def test_the_answers_are_those_of_the_runs_network_and_the_measure_is_theirs(network):
    for result in runs_of(network):
        with torch.no_grad():
            assert np.array_equal(result.outputs, result.network(INPUTS[:20]).numpy())
        assert result.measure == np.mean(result.outputs.argmax(1) == LABELS[:20])


def test_every_run_begins_from_the_original_network_whatever_came_before(network):
    after_others = {(run.name, run.run): run.network.weight for run in runs_of(network)}
    for run in runs_of(network, ["copies"]):
        assert torch.equal(run.network.weight, after_others["copies", run.run])


def test_two_runs_of_one_set_differ(network):
    first, second = runs_of(network, ["all"])
    assert not torch.equal(first.network.weight, second.network.weight)


def test_no_step_is_an_error(network):
    with pytest.raises(ConfigError, match="number of steps is 0"):
        runs_of(network, steps=0)


def test_no_held_out_samples_is_an_error(network):
    with pytest.raises(DataError, match="no held-out samples"):
        runs_of(network, held_out=HeldOut(INPUTS[:0], LABELS[:0]))


BEFORE = np.array([True, True, True, False, False])
AFTER = np.array([[True, False, False, False, True], [True, False, True, False, False]])


def test_flips_are_counted_for_each_test_sample():
    flips = count_flips(BEFORE, AFTER)
    assert flips.improved.tolist() == [0, 2, 1, 0, 0]
    assert flips.worsened.tolist() == [0, 0, 0, 0, 1]


def test_of_each_cluster_the_share_that_was_mended():
    shares = count_flips(BEFORE, AFTER).improved_in(np.array([2, 0, 0, -1, -1]))
    assert shares[[0, 2]].tolist() == [3 / 4, 0]
    assert np.isnan(shares[1])


def test_no_runs_to_count_is_an_error():
    with pytest.raises(DataError, match="no retrained models"):
        count_flips(BEFORE, AFTER[:0])
