"""With a stabiliser near 0 the epsilon rule is gradient times input on networks of ReLUs, whatever their shape.

Source: Ancona et al., "Towards Better Understanding of Gradient-Based Attribution Methods for Deep Neural Networks",
ICLR 2018, proposition 1.
"""

import copy
import operator

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.probes.relevance.reading import INPUT, read_relevance
from faultloc.probes.relevance.rules import Epsilon
from faultloc.subject.normalisation import NormalisedNetwork
from tests.probes.relevance.networks import functional_lenet, images, lenet, settled

EXACT = Epsilon(stabiliser=1e-14)


class Branches(nn.Module):
    """Additions, concatenation, chunks, constants, pooling and views by modules, functions, methods and operators."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 8, 3, padding=1, padding_mode="circular")
        self.norm = nn.BatchNorm2d(8)
        self.left = nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False)
        self.right = nn.Conv2d(4, 4, 1)
        self.up = nn.ConvTranspose2d(8, 6, 2, stride=2, groups=2)
        self.up_norm = nn.BatchNorm2d(6)
        self.relu = nn.ReLU(inplace=True)
        self.weight = nn.Parameter(torch.randn(5, 24))
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, inputs):
        hidden = self.relu(self.norm(self.stem(inputs)))
        left, right = hidden.chunk(2, dim=1)
        left = F.leaky_relu(self.left(left), 1.0) + left
        right = self.right(right)
        right += hidden[:, 4:]
        hidden = torch.cat([left, right * self.scale], dim=1).relu_()
        hidden = self.relu(self.up_norm(self.up(F.avg_pool2d(hidden, 3, stride=2, padding=1)))) / 2
        hidden = F.pad(F.max_pool2d(hidden, 3, stride=2), (1, 0, 1, 0))
        hidden = F.adaptive_avg_pool2d(hidden.permute(0, 1, 3, 2), 2)
        return F.linear(hidden.reshape(hidden.shape[0], -1), self.weight)


class PreActivation(nn.Module):
    """The shortcut sees what the ReLU has written over the hidden values."""

    def __init__(self, inplace):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)
        self.relu, self.fc = nn.ReLU(inplace=inplace), nn.Linear(3 * 36, 4)

    def forward(self, inputs):
        hidden = self.conv1(inputs)
        hidden = self.conv2(self.relu(hidden)) + (hidden if self.relu.inplace else self.relu(hidden))
        return self.fc(torch.flatten(hidden, 1))


def gradient_times_input(network, inputs, targets):
    inputs = inputs.clone().requires_grad_()
    chosen = network(inputs).gather(1, torch.from_numpy(targets)[:, None])
    (slopes,) = torch.autograd.grad(chosen.sum(), inputs)
    return (inputs * slopes).detach().numpy()


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (lenet(), (1, 28)),
        (lenet(inplace=True), (1, 28)),
        (functional_lenet(lenet()), (1, 28)),
        (Branches(), (2, 9)),
        (PreActivation(inplace=True), (1, 6)),
        (PreActivation(inplace=False), (1, 6)),
    ],
    ids=["modules", "in place", "functions and one shared module", "branches", "written over", "not written over"],
)
def test_on_rectifiers_relevance_is_gradient_times_input(network, shape):
    torch.manual_seed(0)
    network, inputs, targets = settled(network), images(4, shape[0], shape[1]) - 0.5, np.array([0, 1, 2, 3])
    expected = gradient_times_input(network, inputs, targets)
    found = read_relevance(network, inputs, targets, rule=EXACT, layers=[INPUT], batch_size=3)[INPUT]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8 * np.abs(expected).max())


def test_one_relu_for_all_places_gives_what_one_for_each_gives():
    torch.manual_seed(0)
    network = settled(lenet())
    shared = copy.deepcopy(network)
    relu = nn.ReLU()
    for place in (1, 4, 8):
        shared[place] = relu
    inputs = images(3, 1, 28)
    theirs = read_relevance(network, inputs, None, rule="gamma", batch_size=3)
    ours = read_relevance(shared, inputs, None, rule="gamma", batch_size=3)
    assert [*ours] == ["0", "1", "2", "3", "1@2", "5", "6", "7", "1@3", "9", "10"]
    for one, other in zip(ours.values(), theirs.values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_batch_normalisation_holds_what_the_convolution_before_it_holds():
    torch.manual_seed(0)
    network = settled(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3)))
    found = read_relevance(network, images(2, 1, 6), None, batch_size=2)
    np.testing.assert_array_equal(found["0"], found["1"])
    np.testing.assert_array_equal(found["1"], found["2"])


@pytest.mark.parametrize(
    "normalisation", [nn.BatchNorm2d(3), nn.GroupNorm(1, 3), nn.LayerNorm(6), nn.InstanceNorm2d(3)]
)
def test_a_normalisation_that_cannot_be_folded_passes_relevance_on(normalisation):
    network = settled(nn.Sequential(nn.ReLU(), normalisation, nn.Flatten(), nn.Linear(108, 3)))
    found = read_relevance(network, images(2, 3, 6), None, batch_size=2)
    np.testing.assert_array_equal(found["0"], found["1"])


def test_what_is_added_to_or_scales_every_sample_takes_no_relevance():
    network = settled(nn.Sequential(nn.Flatten(), nn.Linear(36, 3)))
    inputs = images(2, 1, 6)
    scaled = NormalisedNetwork(network, [0.5], [0.25]).double()
    expected = read_relevance(network, (inputs - 0.5) / 0.25, None, layers=[INPUT], batch_size=2)[INPUT]
    found = read_relevance(scaled, inputs, None, layers=[INPUT], batch_size=2)[INPUT]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_a_product_of_two_branches_gives_half_to_each():
    class Product(nn.Module):
        def forward(self, inputs):
            return operator.mul(inputs[:, :2], inputs[:, 2:])

    found = read_relevance(Product(), torch.tensor([[2.0, 3.0, 5.0, 7.0]]), None, layers=[INPUT], batch_size=1)[INPUT]
    np.testing.assert_allclose(found, [[0, 10.5, 0, 10.5]])


def test_relevance_starts_before_a_softmax_at_the_end():
    torch.manual_seed(0)
    network, inputs = settled(lenet()), images(3, 1, 28)
    expected = read_relevance(network, inputs, None, layers=[INPUT], batch_size=3)[INPUT]
    found = read_relevance(nn.Sequential(network, nn.Softmax(1)), inputs, None, layers=[INPUT], batch_size=3)[INPUT]
    np.testing.assert_array_equal(found, expected)
