"""Networks that return something else than a row of numbers a sample, and the functions that pick what counts."""

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, ModelError
from faultloc.methods.idc.attributions import ATTRIBUTIONS
from tests.methods.idc.attributions.networks import CLASSES, Detector, LeNet, images, seeded

OF_A_TARGET = sorted(set(ATTRIBUTIONS) - {"la"})
LAYERS = ["conv1", "conv2", "fc1", "fc2"]


class ScoresAlone(Detector):
    def forward(self, inputs):
        return super().forward(inputs)["scores"]


class Several(LeNet):
    """Its class scores as the second of two things, with a column more."""

    def forward(self, inputs):
        scores = super().forward(inputs)
        return inputs, torch.cat([scores, scores[:, :1]], 1)


@pytest.mark.parametrize("name", OF_A_TARGET)
def test_the_number_that_a_target_picks_is_explained_as_the_output_of_a_class_is(read, name):
    inputs, _ = images()
    ones = np.ones(len(inputs), np.int64)
    layers = ["body", "classes"]
    expected = read(name, seeded(ScoresAlone()), (inputs, ones), layers)
    found = read(name, seeded(Detector()), (inputs, ones), layers, lambda outputs: outputs["scores"][:, 1])
    for layer in layers:
        assert expected[layer].abs().sum() > 0.01
        torch.testing.assert_close(found[layer], expected[layer], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OF_A_TARGET)
def test_targets_of_tuples_and_maxima(read, name):
    inputs, _ = images()
    plain, several = seeded(LeNet()), seeded(Several())
    target = lambda outputs: outputs[1][:, :CLASSES].amax(1)
    # The largest output of a sample may change on the way from zeros: there a class is another thing.
    if name in ("lrp", "lgxa", "lgc"):
        expected = read(name, plain, (inputs, plain(inputs).argmax(1).numpy()), LAYERS)
    else:
        expected = read(name, plain, (inputs, np.zeros(len(inputs), np.int64)), LAYERS, lambda outputs: outputs.amax(1))
    found = read(name, several, (inputs, np.zeros(len(inputs), np.int64)), LAYERS, target)
    for layer in LAYERS:
        assert expected[layer].abs().sum() > 0.01
        torch.testing.assert_close(found[layer], expected[layer], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OF_A_TARGET)
def test_a_regression_counts_by_its_one_output(read, name):
    network, (inputs, _) = seeded(LeNet()), images()
    network.fc2 = nn.Linear(8, 1)
    zeros = np.zeros(len(inputs), np.int64)
    expected = read(name, network, (inputs, zeros), LAYERS)
    found = read(name, network, (inputs, np.full(len(inputs), 77)), LAYERS, lambda outputs: outputs[:, 0])
    for layer in LAYERS:
        torch.testing.assert_close(found[layer], expected[layer], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", sorted(set(OF_A_TARGET) - {"lrp"}))
def test_what_the_number_does_not_hang_on_has_nothing(read, name):
    found = read(
        name, seeded(Detector()), images(), ["body", "classes", "boxes"], lambda outputs: outputs["boxes"].sum(1)
    )
    assert not found["classes"].any()
    assert found["boxes"].any() and found["body"].any()


def test_activations_need_no_target(read):
    network, data = seeded(Detector()), images()
    found = read("la", network, data, ["body", "classes"])
    assert torch.equal(found["classes"], network(data[0])["scores"])


def pick_a_class(outputs):
    return outputs["scores"]


@pytest.mark.parametrize("name", OF_A_TARGET)
@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            pick_a_class,
            r"the target pick_a_class gives a tensor of float32 of the shape \[.*, 3\] for .* expected",
        ),
        (
            lambda outputs: outputs["scores"].sum(),
            r"of the shape \[\] for \d+ samples?; expected",
        ),
        (lambda outputs: outputs["scores"].argmax(1), "a tensor of int64"),
        (lambda outputs: 3.0, "gives a float for"),
        (lambda outputs: outputs["heat"], "fails on what the model gives, a dict of scores, boxes: KeyError: 'heat'"),
    ],
)
def test_a_target_that_picks_no_number_a_sample_is_one_sentence(read, name, target, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read(name, seeded(Detector()), images(), ["body", "classes"], target)


@pytest.mark.parametrize("name", sorted(set(OF_A_TARGET) - {"lrp", "lfa", "lig"}))
def test_a_target_without_a_gradient_is_one_sentence(read, name):
    with pytest.raises(ModelError, match="does not hang on any layer of Detector in a way that can be differentiated"):
        read(name, seeded(Detector()), images(), ["body"], lambda outputs: outputs["scores"].detach()[:, 0])


@pytest.mark.parametrize(
    "target",
    [lambda outputs: outputs["scores"].cumsum(1)[:, 2], lambda outputs: outputs["scores"].softmax(1)[:, 0]],
    ids=["cumsum", "softmax"],
)
def test_a_target_that_relevance_cannot_follow_is_one_sentence_that_names_another_attribution(read, target):
    with pytest.raises(ModelError, match="choose the attribution lgxa"):
        read("lrp", seeded(Detector()), images(), ["body", "classes"], target)
    assert read("lgxa", seeded(Detector()), images(), ["body", "classes"], target)["body"].any()
