"""What every rule in the table keeps; a new one is under it as soon as it is named there."""

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.probes.relevance.reading import INPUT, read_relevance
from faultloc.probes.relevance.rules import RULES, find_rule
from tests.probes.relevance.networks import images, lenet, settled, vgg

EVERY_RULE = pytest.mark.parametrize("rule", RULES)
# Layers that all relevance passes through, one after the other.
CHAIN = {"LeNet": (lambda: lenet(bias=False), (1, 28)), "VGG": (lambda: vgg(normalised=False, bias=False), (3, 16))}


def read(network, inputs, rule, *, batch_size=4, layers=None):
    return read_relevance(network, inputs, None, rule=rule, layers=layers, batch_size=batch_size)


@EVERY_RULE
@pytest.mark.parametrize("name", CHAIN)
def test_a_network_without_biases_loses_no_relevance(rule, name):
    if not find_rule(rule).conserves:
        pytest.skip(f"{rule} does not promise it")
    make, (channels, side) = CHAIN[name]
    torch.manual_seed(0)
    network = settled(make())
    inputs = images(4, channels, side)
    with torch.no_grad():
        logits = network(inputs).amax(1).numpy()
    found = read(network, inputs, rule) | read(network, inputs, rule, layers=[INPUT])
    for relevance in found.values():
        np.testing.assert_allclose(relevance.reshape(4, -1).sum(1), logits, rtol=1e-3)


@EVERY_RULE
def test_a_sample_has_the_same_relevance_whatever_passes_beside_it(rule):
    torch.manual_seed(0)
    network, inputs = settled(vgg(normalised=True)), images(5, 3, 16)
    alone, together = read(network, inputs, rule, batch_size=1), read(network, inputs, rule, batch_size=5)
    for name, relevance in together.items():
        np.testing.assert_allclose(alone[name], relevance, rtol=1e-8, atol=1e-10 * np.abs(relevance).max())


@EVERY_RULE
def test_the_network_is_left_as_it_was(rule):
    network, inputs = vgg(normalised=True).train(), images(3, 3, 16).float()
    network[1].eval()
    network[0].weight.requires_grad_(False)
    heard = []
    network[0].register_forward_hook(lambda *_: heard.append(None))
    nn.functional.cross_entropy(network(inputs), torch.tensor([0, 1, 2])).backward()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    slopes = [None if each.grad is None else each.grad.clone() for each in network.parameters()]
    flags = [each.requires_grad for each in network.parameters()]
    modes = [module.training for module in network.modules()]
    attributes = [set(vars(module)) for module in network.modules()]
    given = inputs.clone()

    read(network, inputs, rule)

    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    for slope, parameter in zip(slopes, network.parameters(), strict=True):
        assert (slope is None) == (parameter.grad is None)
        assert slope is None or torch.equal(slope, parameter.grad)
    assert [each.requires_grad for each in network.parameters()] == flags
    assert [module.training for module in network.modules()] == modes
    assert [set(vars(module)) for module in network.modules()] == attributes
    assert [len(module._forward_hooks) for module in network.modules()].count(1) == 1
    assert torch.equal(inputs, given)
    assert not inputs.requires_grad


@EVERY_RULE
def test_the_same_call_gives_the_same_bytes(rule):
    network, inputs = vgg(normalised=True), images(4, 3, 16).float()
    first, second = read(network, inputs, rule), read(network, inputs, rule)
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


@EVERY_RULE
def test_a_rule_says_where_it_comes_from(rule):
    assert "Source:" in (type(find_rule(rule)).__doc__ or "")


def test_a_rule_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match="no relevance rule 'zminus'; expected one of: epsilon, gamma, hudd, zplus"):
        find_rule("zminus")
