import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import ModelError
from faultloc.probes.layer_outputs import layers_with_units, read_layer_outputs

SAMPLES = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def copied(layer: nn.Module, output: object) -> Tensor:
    assert isinstance(output, Tensor)
    return output.clone()


class Wired(nn.Module):
    """An activation function of each way of calling: a module, a function, a method, in place, behind a pooling."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)  # the same values below 0, wherever this runs
        self.by_module, self.module = nn.Conv2d(1, 2, 3), nn.Tanh()
        self.by_function = nn.Conv2d(2, 2, 3)
        self.behind_norm, self.norm = nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2)
        self.in_place = nn.Linear(8, 5)
        self.by_method = nn.Linear(5, 5)
        self.summed = nn.Linear(5, 5)
        self.last = nn.Linear(5, 3)
        self.idle = nn.Linear(2, 2)
        # For the test to compare with.
        self.expected: dict[str, Tensor] = {}

    def forward(self, given: Tensor) -> Tensor:
        def note(name: str, values: Tensor) -> Tensor:
            self.expected[name] = values.clone()
            return values

        passing = note("by_module", self.module(self.by_module(given)))
        passing = note("by_function", F.relu(F.max_pool2d(self.by_function(passing), 1)))
        passing = note("behind_norm", torch.relu(self.norm(self.behind_norm(passing))))
        passing = note("in_place", F.relu(self.in_place(passing.flatten(1)), inplace=True))
        passing.mul_(2)
        passing = note("by_method", self.by_method(passing).sigmoid())
        passing = (note("summed", self.summed(passing)) + passing).relu()
        return note("last", self.last(passing))


CALLED = ["by_module", "by_function", "behind_norm", "in_place", "by_method", "summed", "last"]


def test_all_layers_that_the_samples_reach_are_read_in_the_order_of_their_calls():
    network = Wired()
    assert layers_with_units(network) == [*CALLED, "idle"]
    read = read_layer_outputs(network, SAMPLES, None, point="before", keep=copied)
    assert list(read.kept) == CALLED
    assert torch.equal(read.kept["last"], network.expected["last"])


def test_before_the_activation_function_the_layers_own_output_is_read_also_where_it_is_changed_in_place():
    network = Wired()
    read = read_layer_outputs(network, SAMPLES, None, point="before", keep=copied)
    assert (read.kept["in_place"] < 0).any()
    assert torch.equal(torch.tanh(read.kept["by_module"]), network.expected["by_module"])
    assert torch.equal(torch.relu(read.kept["in_place"]), network.expected["in_place"])
    assert torch.equal(torch.sigmoid(read.kept["by_method"]), network.expected["by_method"])


def test_after_the_activation_function_is_after_the_first_one_however_it_is_called():
    network = Wired()
    read = read_layer_outputs(network, SAMPLES, None, point="after", keep=copied)
    assert set(read.kept) == set(CALLED)
    for name in CALLED:
        assert torch.equal(read.kept[name], network.expected[name]), name


def test_what_the_network_answers_comes_back():
    network = Wired().eval()
    answer = read_layer_outputs(network, SAMPLES, ["last"], point="after", keep=copied).answer
    assert torch.equal(answer, network(SAMPLES))


def test_of_a_layer_that_is_called_twice_the_last_call_is_read():
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, given: Tensor) -> Tensor:
            return self.layer(self.layer(given))

    network = Twice()
    read = read_layer_outputs(network, torch.ones(2, 8), None, point="before", keep=copied)
    assert torch.equal(read.kept["layer"], read.answer)


def test_a_named_layer_that_the_samples_do_not_reach_is_an_error_that_lists_those_that_they_do():
    with pytest.raises(ModelError, match="do not pass through the layer 'idle' of Wired; they pass through: by_module"):
        read_layer_outputs(Wired(), SAMPLES, ["last", "idle"], point="before", keep=copied)


def test_a_network_without_such_layers_is_an_error():
    with pytest.raises(ModelError, match="no convolutional, linear or recurrent layer; name the layers"):
        read_layer_outputs(nn.Sequential(nn.Flatten()), SAMPLES, None, point="before", keep=copied)


@pytest.mark.parametrize("point", ["before", "after"])
def test_hooks_are_gone_and_modes_restored_also_after_an_error(point):
    network = Wired().train()
    network.norm.eval()

    def fail(layer: nn.Module, output: object) -> Tensor:
        raise ValueError("not this one")

    statistics = network.norm.running_mean.clone()
    with pytest.raises(ValueError, match="not this one"):
        read_layer_outputs(network, SAMPLES, None, point=point, keep=fail)
    read_layer_outputs(network, SAMPLES, None, point=point, keep=copied)
    assert network.training and not network.norm.training
    assert torch.equal(network.norm.running_mean, statistics)
    assert not any(module._forward_hooks for module in network.modules())
    assert torch.overrides._get_current_function_mode() is None
