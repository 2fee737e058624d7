"""Relevance equals that of zennit 0.5, which runs the rules as hooks on the modules of a network."""

import copy
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.probes.relevance.reading import INPUT, read_relevance
from faultloc.probes.relevance.rules import Gamma
from faultloc.probes.relevance.rules.rule import Rule, Share, Term, negative, positive
from faultloc.torchvision_import import import_torchvision
from tests.probes.relevance.networks import images, lenet, resnet18, resnet20, settled, vgg

import_torchvision("torchvision", purpose="zennit")  # which imports it by itself, and fails beside a CPU-only torch
canonizers = pytest.importorskip("zennit.canonizers")
composites = pytest.importorskip("zennit.composites")
rules = pytest.importorskip("zennit.rules")
types = pytest.importorskip("zennit.types")
zennit_layers = pytest.importorskip("zennit.layer")

# A max pooling is not named: its gradient is the winner's. "Norm" shares in proportion.
LAYERS_WITHOUT_WEIGHTS = [
    (types.Activation, rules.Pass()),
    (zennit_layers.Sum, rules.Norm()),
    (types.AvgPool, rules.Norm()),
    (types.BatchNorm, rules.Pass()),
]
# zennit folds a batch normalisation but leaves its eps in place: a factor of 1 - 5e-6 stays behind at each, unless it
# is tiny.
EPS = 1e-14
OF_WEIGHTS = {
    "epsilon": [(types.Linear, rules.Epsilon(1e-6))],
    "zplus": [(types.Linear, rules.ZPlus(1e-6))],
    "gamma": [(types.Linear, rules.Gamma(0.25, 1e-6))],
}


class SummingBlock(nn.Module):
    """A residual block of `ResNet20` whose sum and activations are modules, so that zennit sees them."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.conv1, self.bn1, self.relu1 = block.conv1, block.bn1, nn.ReLU()
        self.conv2, self.bn2, self.relu2 = block.conv2, block.bn2, nn.ReLU()
        self.stride, self.padding = block.stride, block.padding
        self.total = zennit_layers.Sum()

    def forward(self, inputs):
        hidden = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(inputs)))))
        shortcut = inputs[:, :, :: self.stride, :: self.stride]
        shortcut = nn.functional.pad(shortcut, (0, 0, 0, 0, self.padding, self.padding))
        return self.relu2(self.total(torch.stack([shortcut, hidden], dim=-1)))


def with_modules(network):
    """``network`` with modules in place of functions."""
    blocks = [SummingBlock(block) for block in network.blocks]
    start = [network.conv1, network.bn1, nn.ReLU()]
    return nn.Sequential(*start, *blocks, network.pool, nn.Flatten(), network.fc)


def relevance_of_zennit(network, inputs, targets, of_weights, canonical):
    network = copy.deepcopy(network)
    composite = composites.LayerMapComposite([*LAYERS_WITHOUT_WEIGHTS, *of_weights], canonizers=canonical)
    inputs = inputs.clone().requires_grad_()
    with composite.context(network) as hooked, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logits = hooked(inputs)
        start = torch.zeros_like(logits).scatter(1, targets[:, None], logits.detach().gather(1, targets[:, None]))
        (relevance,) = torch.autograd.grad(logits, inputs, start)
    return relevance.detach().numpy()


def resnet_canonizer():
    return [pytest.importorskip("zennit.torchvision").ResNetCanonizer()]


def folding_canonizer():
    return [canonizers.SequentialMergeBatchNorm()]


NETWORKS = {
    "LeNet": (lenet, None, (1, 28), list),
    "LeNet without biases": (lambda: lenet(bias=False), None, (1, 28), list),
    "LeNet with tanh": (lambda: lenet(activation=nn.Tanh), None, (1, 28), list),
    "VGG": (lambda: vgg(normalised=False), None, (3, 16), list),
    "VGG with batch normalisation": (lambda: vgg(normalised=True), None, (3, 16), folding_canonizer),
    "ResNet-18": (resnet18, None, (3, 32), resnet_canonizer),
    "ResNet-20": (resnet20, with_modules, (3, 16), folding_canonizer),
}


@pytest.mark.parametrize("rule", OF_WEIGHTS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_relevance_of_the_pixels_is_that_of_zennit(name, rule):
    make, as_modules, (channels, side), canonizers_of = NETWORKS[name]
    torch.manual_seed(0)
    network = settled(make(), eps=EPS)
    inputs, targets = images(2, channels, side), torch.tensor([0, 3])
    ours = read_relevance(network, inputs, targets.numpy(), rule=rule, layers=[INPUT], batch_size=2)[INPUT]
    seen = as_modules(network) if as_modules else network
    theirs = relevance_of_zennit(seen, inputs, targets, OF_WEIGHTS[rule], canonizers_of())
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())
    assert np.abs(theirs).max() > 0


def test_the_relevance_of_a_layer_is_that_of_zennit():
    torch.manual_seed(0)
    network, inputs, targets = settled(lenet()), images(3, 1, 28), torch.tensor([0, 3, 4])
    ours = read_relevance(network, inputs, targets.numpy(), rule="gamma", layers=["3"], side="input", batch_size=3)
    with torch.no_grad():
        pooled = network[:3](inputs)
    theirs = relevance_of_zennit(network[3:], pooled, targets, OF_WEIGHTS["gamma"], [])
    np.testing.assert_allclose(ours["3"], theirs, rtol=1e-6, atol=1e-12)


def test_another_strength_of_gamma_is_that_of_zennit():
    torch.manual_seed(0)
    network, inputs, targets = settled(lenet()), images(2, 1, 28), torch.tensor([1, 2])
    rule = Gamma(gamma=1.5, stabiliser=1e-3)
    ours = read_relevance(network, inputs, targets.numpy(), rule=rule, layers=[INPUT], batch_size=2)[INPUT]
    theirs = relevance_of_zennit(network, inputs, targets, [(types.Linear, rules.Gamma(1.5, 1e-3))], [])
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


@dataclass(frozen=True)
class AlphaBeta(Rule):
    """A rule of one's own, which is in no table."""

    @property
    def convolution(self):
        for_it = (Term(positive, positive, positive), Term(negative, negative, None))
        against_it = (Term(positive, negative, negative), Term(negative, positive, None))
        return (Share(for_it, factor=2), Share(against_it, factor=-1))


def test_a_rule_of_ones_own_is_that_of_zennit():
    torch.manual_seed(0)
    network, inputs, targets = settled(lenet()), images(2, 1, 28), torch.tensor([1, 2])
    ours = read_relevance(network, inputs, targets.numpy(), rule=AlphaBeta(), layers=[INPUT], batch_size=2)[INPUT]
    theirs = relevance_of_zennit(network, inputs, targets, [(types.Linear, rules.AlphaBeta(2, 1, 1e-6))], [])
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


def test_the_rules_of_hudd_are_those_that_zennit_is_given():
    torch.manual_seed(0)
    network, inputs, targets = settled(lenet()), images(3, 1, 28), torch.tensor([0, 3, 4])
    theirs = relevance_of_zennit(
        network,
        inputs,
        targets,
        [(nn.Linear, rules.ZPlus(1e-9, zero_params="bias")), (types.Convolution, rules.Epsilon(1e-9))],
        [],
    )
    ours = read_relevance(network, inputs, targets.numpy(), rule="hudd", layers=[INPUT], batch_size=3)[INPUT]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6 * np.abs(theirs).max())
