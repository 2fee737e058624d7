import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.perturbation import add_noise, important_elements, noise_scale, other_elements
from faultloc.methods.idc.questions.suites import Suite
from faultloc.subject.normalisation import NormalisedNetwork


@pytest.fixture
def linear() -> nn.Sequential:
    torch.manual_seed(2)
    return nn.Sequential(nn.Flatten(), nn.Linear(2 * 25, 3, bias=False))


def suite(count: int = 12) -> Suite:
    inputs = torch.rand(count, 2, 5, 5, generator=torch.Generator().manual_seed(4))
    return Suite(inputs, np.zeros(count, dtype=np.int64))


def expected_places(network, inputs, count):
    """Of a linear network: the largest products of weights and inputs, for the class that it answers."""
    places = []
    for sample in inputs.flatten(1):
        weights = network[1].weight[int((network[1].weight @ sample).argmax())]
        places.append(set(np.argsort(-np.abs((weights * sample).detach().numpy()))[:count].tolist()))
    return places


@pytest.mark.parametrize(("share", "count"), [(0.02, 1), (0.021, 2), (0.1, 5), (0.5, 25), (0.001, 1)])
def test_important_elements_are_the_largest_relevances_in_size_rounded_up(linear, share, count):
    data = suite()
    found = important_elements(linear, data, share=share, batch_size=5)
    assert found.shape == (12, count)
    assert [set(places.tolist()) for places in found] == expected_places(linear, data.inputs, count)


def test_a_network_that_normalises_is_asked_behind_its_normalisation(linear):
    data, network = suite(), NormalisedNetwork(linear, [0.6, 0.3], [0.2, 0.4])
    data.inputs[:, :, 0] = 0  # black counts, once it is normalised
    seen = (data.inputs - torch.tensor([0.6, 0.3])[:, None, None]) / torch.tensor([0.2, 0.4])[:, None, None]
    found = important_elements(network, data, share=0.2, batch_size=12)
    assert [set(places.tolist()) for places in found] == expected_places(linear, seen, 10)
    assert any(place % 25 < 5 for place in found.flatten())


@pytest.mark.parametrize("share", [0.0, -0.1, 0.51, 2.0])
def test_a_share_that_leaves_no_others_is_a_sentence(linear, share):
    with pytest.raises(ConfigError, match="expected a number above 0 and at most 0.5"):
        important_elements(linear, suite(), share=share, batch_size=12)


def test_other_elements_are_as_many_different_ones_and_never_important():
    rng = np.random.default_rng(0)
    for _ in range(200):
        elements = int(rng.integers(2, 30))
        count = int(rng.integers(1, elements // 2 + 1))
        important = np.stack([rng.permutation(elements)[:count] for _ in range(4)])
        others = other_elements(important, elements, rng)
        for chosen, left in zip(important, others, strict=True):
            assert len(set(left.tolist())) == count and not set(left.tolist()) & set(chosen.tolist())
            assert left.min() >= 0 and left.max() < elements


def test_other_elements_are_drawn_evenly():
    others = other_elements(np.zeros((3000, 1), dtype=np.int64), 4, np.random.default_rng(0))
    assert np.all(np.abs(np.bincount(others.ravel(), minlength=4)[1:] - 1000) < 120)


def test_too_many_important_elements_are_a_sentence():
    with pytest.raises(ConfigError, match="3 of 5 elements are important"):
        other_elements(np.array([[0, 1, 2]]), 5, np.random.default_rng(0))


def test_noise_is_at_its_places_only_by_the_deviation_of_each_channel_and_within_the_limits():
    inputs = torch.full((4000, 2, 1, 2), 0.5)
    places = np.tile([[0, 3]], (4000, 1))
    noisy = add_noise(inputs, places, torch.tensor([0.01, 0.1]), (0.0, 1.0), np.random.default_rng(0))
    assert torch.equal(inputs, torch.full_like(inputs, 0.5))
    changed = (noisy - inputs).flatten(1)
    assert not changed[:, 1:3].any()
    assert changed[:, 0].std() == pytest.approx(0.01, rel=0.05) and changed[:, 3].std() == pytest.approx(0.1, rel=0.05)
    wild = add_noise(inputs, places, torch.tensor([50.0]), (0.25, 0.75), np.random.default_rng(0))
    assert wild.min() == 0.25 and wild.max() == 0.75


def test_the_scale_is_that_of_the_normalisation_or_of_the_data(linear):
    data = suite(200)
    assert noise_scale(NormalisedNetwork(linear, [0.6, 0.3], [0.2, 0.4]), data).tolist() == pytest.approx([0.2, 0.4])
    expected = [float(data.inputs[:, channel].std()) for channel in (0, 1)]
    assert noise_scale(linear, data).tolist() == pytest.approx(expected)
    bytes_ = Suite((data.inputs * 255).to(torch.uint8), data.labels)
    assert noise_scale(linear, bytes_).tolist() == pytest.approx(expected, abs=0.01)
