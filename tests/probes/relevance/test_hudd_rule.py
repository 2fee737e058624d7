import numpy as np
import pytest
import torch
from torch import nn

from faultloc.probes.relevance.reading import read_relevance
from tests.probes.relevance.networks import images, settled
from tests.probes.relevance.references import reference_hudd


def network_with(pool):
    torch.manual_seed(0)
    return settled(
        nn.Sequential(
            nn.Conv2d(1, 3, 3), nn.ReLU(), pool, nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(8),
            nn.ReLU(), nn.Dropout(), nn.Linear(8, 4),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.MaxPool2d(3, 2)], ids=["apart", "overlapping"])
def test_every_layer_has_the_relevance_of_the_released_rule_as_written_down(pool):
    network, inputs = network_with(pool), images(2, 1, 11)
    network(inputs)
    found = read_relevance(network, inputs, None, rule="hudd", side="input", batch_size=2)
    assert list(found) == [str(place) for place in range(len(network))]
    for sample in range(2):
        for ours, expected in zip(found.values(), reference_hudd(network, inputs[sample]), strict=True):
            np.testing.assert_allclose(ours[sample], expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_an_input_that_wins_two_windows_gets_relevance_from_both():
    network = nn.Sequential(nn.MaxPool1d(2, 1), nn.Flatten(), nn.Linear(2, 1, bias=False)).double()
    nn.init.ones_(network[2].weight)
    inputs = torch.tensor([[[1.0, 3.0, 2.0]]]).double()
    found = read_relevance(network, inputs, None, rule="hudd", layers=["0"], side="input", batch_size=1)["0"]
    np.testing.assert_allclose(found, [[[0, 6, 0]]], atol=1e-6)
