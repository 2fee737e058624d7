"""What must hold of attributions without anybody to compare with."""

import sys

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import DataError, MissingPackageError, ModelError
from faultloc.methods.idc.attributions import ATTRIBUTIONS
from tests.methods.idc.attributions.networks import (
    CLASSES,
    Detector,
    Gate,
    LeNet,
    Twice,
    Vgg,
    Words,
    images,
    seeded,
    with_weights,
)

LAYERS = ["conv1", "conv2", "fc1", "fc2"]
BASED_ON_ZEROS = ["lc", "ii", "lig", "ldl", "ldls", "lgs"]


class Direct(LeNet):
    """A ReLU and a max pooling with nothing between, and windows that overlap."""

    def __init__(self):
        super().__init__()
        self.pool1 = nn.MaxPool2d(3, stride=2, padding=1)

    def passes(self, values):
        return values


def scores(network, data):
    with torch.no_grad():
        return network(data[0])[torch.arange(len(data[1])), torch.from_numpy(data[1])]


def sums(values):
    return values.flatten(1).sum(1)


@pytest.mark.parametrize("network", [LeNet(nn.Tanh), Direct(), Vgg(norm=True)], ids=["tanh", "direct", "norm"])
@pytest.mark.parametrize("name", ["ldl", "ldls"])
def test_contributions_of_every_layer_add_up_to_what_the_output_changes_by(read, name, network):
    network, data = seeded(network), images()
    layers = with_weights(network)
    change = scores(network, data) - scores(network, (torch.zeros_like(data[0]), data[1]))
    for values in read(name, network, data, layers).values():
        torch.testing.assert_close(sums(values), change, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["lrp", "lgxa"])
@pytest.mark.parametrize("norm", [False, True])
def test_without_biases_relevance_is_the_same_at_every_layer(read, name, norm):
    network, data = seeded(Vgg(norm=norm, bias=False)), images()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.zero_()
            module.bias.data.zero_()
    layers = with_weights(network)
    expected = scores(network, data)
    for values in read(name, network, data, layers).values():
        torch.testing.assert_close(sums(values), expected, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_a_sample_has_the_same_whatever_the_batch(read, name):
    network, (inputs, classes) = seeded(LeNet()), images()
    whole = read(name, network, (inputs, classes), LAYERS)
    first = read(name, network, (inputs[:2], classes[:2]), LAYERS)
    one = read(name, network, (inputs[:1], classes[:1]), LAYERS)
    for layer in LAYERS:
        torch.testing.assert_close(whole[layer][:2], first[layer], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(whole[layer][:1], one[layer], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_nobody_draws_from_global_streams(read, name):
    network, data = seeded(LeNet()), images()
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (read(name, network, data, LAYERS) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()  # noqa: NPY002
    assert all(torch.equal(first[layer], second[layer]) for layer in LAYERS)


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_the_network_and_the_inputs_are_left_as_they_were(read, name):
    network, data = seeded(LeNet()), images()
    network.train()
    network.pool1.eval()
    modes = {each: module.training for each, module in network.named_modules()}
    kinds = {each: type(module) for each, module in network.named_modules()}
    values = {each: value.clone() for each, value in network.state_dict().items()}
    given = data[0].clone()
    network.conv1.weight.grad = torch.full_like(network.conv1.weight, 7.0)
    read(name, network, data, LAYERS)
    assert {each: module.training for each, module in network.named_modules()} == modes
    assert {each: type(module) for each, module in network.named_modules()} == kinds
    assert all(torch.equal(value, values[each]) for each, value in network.state_dict().items())
    assert torch.equal(network.conv1.weight.grad, torch.full_like(network.conv1.weight, 7.0))
    assert all(parameter.grad is None for each, parameter in network.named_parameters() if each != "conv1.weight")
    for module in network.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks and not module._backward_hooks
    assert torch.equal(data[0], given) and not data[0].requires_grad


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_frozen_weights_change_nothing(read, name):
    network, data = seeded(LeNet()), images()
    expected = read(name, network, data, LAYERS)
    network.requires_grad_(False)
    found = read(name, network, data, LAYERS)
    assert all(torch.equal(found[layer], expected[layer]) for layer in LAYERS)


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTIONS) - {"lig", "lfa", "la", "lrp"}))
def test_the_calls_of_a_layer_have_gradients_of_their_own(read, name):
    network, data = seeded(Twice()), images()
    found = read(name, network, data, ["conv", "again", "again@2", "head"])
    assert set(found) == {"conv", "again", "again@2", "head"}
    assert not torch.allclose(found["again"], found["again@2"])


def test_relevance_of_two_calls_is_gradient_times_activation_of_both(read):
    network, data = seeded(Twice()), images()
    calls = ["conv", "again", "again@2", "head"]
    expected, found = read("lgxa", network, data, calls), read("lrp", network, data, calls)
    for call in calls:
        torch.testing.assert_close(found[call], expected[call], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["lig", "lfa"])
def test_a_layer_that_is_called_twice_is_one_sentence_where_captum_reads_one_call(read, name):
    with pytest.raises(ModelError, match="'again' of Twice is called more than once.*other than lig and lfa"):
        read(name, seeded(Twice()), images(), ["conv", "again", "again@2", "head"])


@pytest.mark.parametrize("name", BASED_ON_ZEROS)
def test_token_ids_have_no_way_from_zeros(read, name):
    tokens = torch.arange(12).reshape(3, 4) % 9
    with pytest.raises(ModelError, match="reads token ids; expected real inputs: choose one of lrp, lgxa"):
        read(name, seeded(Words()), (tokens, np.arange(3)), ["each", "head"])


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTIONS) - set(BASED_ON_ZEROS)))
@pytest.mark.parametrize("frozen", [False, True])
def test_other_attributions_read_networks_of_token_ids(read, name, frozen):
    tokens = torch.arange(12).reshape(3, 4) % 9
    network = seeded(Words()).requires_grad_(not frozen)
    found = read(name, network, (tokens, np.arange(3)), ["each", "head"])
    assert found["each"].abs().sum() > 0
    if name == "lfa":
        assert found["each"].shape == (3, 4)
        without = network.each(network.embedding(tokens)).detach()
        without[:, :, 1] = 0
        fallen = scores(network, (tokens, np.arange(3))) - network.head(without.relu().mean(1)).diag()
        torch.testing.assert_close(found["each"][:, 1], fallen.detach())


@pytest.mark.parametrize("name", ["ldl", "ldls"])
def test_a_network_that_the_rescale_rule_does_not_know_is_one_sentence(read, name):
    with pytest.raises(ModelError, match="DeepLIFT has no rule for an operation of Gate .*choose the attribution lrp"):
        read(name, seeded(Gate()), images(), ["conv", "gate", "head"])


def test_a_network_that_relevance_has_no_rule_for_is_one_sentence_that_names_another_attribution(read):
    class Summed(LeNet):
        def passes(self, values):
            return values.cumsum(1)

    with pytest.raises(ModelError, match="no rule for the operation 'cumsum'.*choose the attribution lgxa"):
        read("lrp", seeded(Summed()), images(), LAYERS)
    assert read("lgxa", seeded(Summed()), images(), LAYERS)["conv1"].abs().sum() > 0


@pytest.mark.parametrize("name", ["lig", "lfa"])
def test_what_captum_cannot_do_is_one_sentence_and_leaves_nothing_behind(read, name):
    class Narrow(LeNet):
        def forward(self, inputs):
            if not inputs.any():
                raise ValueError("the picture is empty")
            values = super().forward(inputs)
            if not values.requires_grad and len(inputs) == 6 and self.conv2._forward_hooks:
                raise ValueError("the picture is empty")
            return values

    network = seeded(Narrow())
    with pytest.raises(ModelError, match="captum cannot attribute to the layer 'conv.' of Narrow .the picture"):
        read(name, network, images(), LAYERS)
    assert not any(module._forward_hooks for module in network.modules())
    assert type(network.conv1) is type(network.conv2) is nn.Conv2d


@pytest.mark.parametrize("name", ["lig", "lfa"])
def test_without_captum_the_sentence_says_how_to_get_it(read, name, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    monkeypatch.setitem(sys.modules, "captum", None)
    with pytest.raises(MissingPackageError, match=r"attribution l\w+ needs the package 'captum'.*'faultloc\[captum\]'"):
        read(name, seeded(LeNet()), images(), LAYERS)


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTIONS) - {"lig", "lfa"}))
def test_the_others_do_without_captum(read, name, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    monkeypatch.setitem(sys.modules, "captum", None)
    assert list(read(name, seeded(LeNet()), images(), LAYERS)) == LAYERS


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTIONS) - {"la"}))
def test_classes_without_an_output_and_outputs_without_classes_are_one_sentence(read, name):
    inputs, classes = images()
    with pytest.raises(DataError, match=f"reach from 3 to ., but the model has {CLASSES} outputs"):
        read(name, seeded(LeNet()), (inputs, classes + 3), LAYERS)
    with pytest.raises(ModelError, match="the model gives dict for .*; expected a row.*--target package.module"):
        read(name, seeded(Detector()), (inputs, classes), ["body", "classes", "boxes"])
