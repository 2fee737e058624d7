"""On real digits, in a network with more units and no round numbers, where the samples given as a class are few."""

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.methods.idc.criteria import CRITERIA
from tests.methods.idc import references
from tests.methods.idc.references import Batches, samples_of


@pytest.fixture(scope="module")
def network() -> nn.Sequential:
    torch.manual_seed(0)
    # In 64 bits: one sample alone and in a batch then differ by too little to change a section.
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 10),
    ).double()  # fmt: skip


@pytest.fixture(scope="module")
def digits(real_digits) -> tuple[list, list]:
    images, labels = (torch.from_numpy(part) for part in real_digits)
    return [(images[:120], labels[:120])], [(images[120:160], labels[120:160]), (images[160:], labels[160:])]


@pytest.fixture(scope="module")
def read(network, digits) -> tuple[Batches, Batches]:
    train, test = (samples_of(network, batches) for batches in digits)
    return train, test


@pytest.mark.parametrize(
    ("name", "settings", "reference"),
    [
        ("nc", {"threshold": 0.75}, lambda a, b: references.neuron_coverage(a, b, 0.75)),
        ("kmnc", {"sections": 50}, lambda a, b: references.k_multisection(a, b, 50, "right")),
        ("nbc", {}, lambda a, b: references.boundary(a, b, only_above=False)),
        ("snac", {}, lambda a, b: references.boundary(a, b, only_above=True)),
        ("tknc", {"k": 3}, lambda a, b: references.top_k_neurons(a, b, 3)),
        ("tknp", {"k": 3}, lambda a, b: references.top_k_patterns(a, b, 3, is_ordered=True)),
        ("cc", {"threshold": 0.02}, lambda a, b: references.cluster_coverage(a, b, 0.02)),
        ("nlc", {}, references.layer_covariance),
    ],
)
def test_the_slow_reference_covers_the_same(network, digits, read, name, settings, reference):
    criterion = CRITERIA[name](network, **settings).build(digits[0])
    for batch in digits[1]:
        criterion.update(batch)
    found = criterion.compute()
    assert found.covered > 0
    assert (found.covered, found.total) == pytest.approx(reference(*read), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "settings", "reference"),
    [
        ("lsc", {}, lambda a, b: references.likelihood_surprises(a, b, "given")),
        ("dsc", {}, lambda a, b: references.distance_surprises(a, b, "given", "input")),
        (
            "dsc",
            {"other_from": "neighbour"},
            lambda a, b: references.distance_surprises(a, b, "given", "neighbour"),
        ),
        ("mdsc", {}, lambda a, b: references.mahalanobis_surprises(a, b, "given")),
    ],
)
def test_the_slow_reference_is_as_surprised(network, digits, read, name, settings, reference):
    criterion = CRITERIA[name](network, classes="given", **settings).build(digits[0])
    surprises = np.concatenate([criterion.surprises(batch) for batch in digits[1]])
    np.testing.assert_allclose(surprises, reference(*read), rtol=1e-6)


@pytest.mark.parametrize("name", ["nbc", "snac"])
def test_the_training_data_are_within_the_range_of_training(network, digits, name):
    criterion = CRITERIA[name](network).build(digits[0])
    criterion.update(digits[0][0])
    assert criterion.compute().covered == 0


def test_the_training_data_reach_the_highest_section_of_every_unit(network, digits):
    criterion = CRITERIA["kmnc"](network, sections=1000).build(digits[0])
    criterion.update(digits[0][0])
    assert criterion._is_reached[:, -1].all()
