"""Networks as people have them, read as classifiers: whatever they return, in whatever precision, however wrapped."""

import copy
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.own.classifier import as_classifier, network_at_hand, unwrapped_network
from faultloc.probes.layers import called_layers
from faultloc.probes.relevance.reading import read_relevance
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.logits_network import LogitsNetwork

Pair = namedtuple("Pair", "score embedding")


@dataclass
class Output:
    """As libraries return it."""

    loss: torch.Tensor | None
    logits: torch.Tensor
    hidden_states: tuple[torch.Tensor, ...] = ()


class Plain:
    """An object of a person's own, no dataclass."""

    def __init__(self, scores: torch.Tensor) -> None:
        self.scores = scores


class Ending(nn.Module):
    """A network of two layers, and what ``end`` makes of its features and logits."""

    def __init__(self, end, outputs: int = 3) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, outputs)
        self.end = end

    def forward(self, inputs):
        features = torch.relu(self.first(inputs))
        return self.end(features, self.last(features))


def ending(end, outputs: int = 3) -> Ending:
    torch.manual_seed(0)
    return Ending(end, outputs).eval()


def inputs(count: int = 40) -> torch.Tensor:
    return 4 * torch.randn(count, 4, generator=torch.Generator().manual_seed(1))


def logits_of(network: nn.Module, given: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return network(given)


PLAIN = ending(lambda features, logits: logits)


@pytest.mark.parametrize(
    "end",
    [
        lambda features, logits: {"logits": logits, "features": features},
        lambda features, logits: {"logits": logits, "aux": 2 * logits},
        lambda features, logits: {"loss": None, "out": logits},
        lambda features, logits: {"head": {"species": logits}},
        lambda features, logits: (logits, features),
        lambda features, logits: (features, logits),
        lambda features, logits: [logits],
        lambda features, logits: (logits, logits.softmax(1)),
        lambda features, logits: (logits.softmax(1), logits),
        lambda features, logits: (logits, logits.argmax(1)),
        lambda features, logits: Pair(logits, features),
        lambda features, logits: Output(None, logits, (features,)),
        lambda features, logits: Plain(logits),
    ],
)
def test_the_logits_are_picked_from_what_a_network_returns(end):
    found = as_classifier(ending(end), inputs(), 3)
    assert torch.equal(logits_of(found.network, inputs()), logits_of(PLAIN, inputs()))
    assert "is read" in found.notes[0]
    assert found.outputs == 3


def test_a_network_that_gives_logits_is_left_as_it_is():
    found = as_classifier(PLAIN, inputs(), 3)
    assert found.network is PLAIN
    assert found.notes == ()


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda features, logits: logits.softmax(1), "output of a softmax"),
        (lambda features, logits: logits.log_softmax(1), "output of a log-softmax"),
        (lambda features, logits: {"probs": logits.half().softmax(1)}, "output of a softmax"),
    ],
)
def test_probabilities_are_noticed_and_not_taken_a_softmax_of_again(end, said, count):
    found = as_classifier(ending(end), inputs(count), 3)
    assert said in " ".join(found.notes)
    expected = logits_of(PLAIN, inputs()).softmax(1)
    torch.testing.assert_close(logits_of(found.network, inputs()).softmax(1), expected, atol=2e-3, rtol=1e-3)


def test_a_sigmoid_for_each_class_is_noticed():
    found = as_classifier(ending(lambda features, logits: logits.sigmoid()), inputs(), 3)
    assert "a probability of each class by itself" in found.notes[0]
    torch.testing.assert_close(logits_of(found.network, inputs()), logits_of(PLAIN, inputs()), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda features, logits: logits, "one logit"),
        (lambda features, logits: logits.squeeze(1), "one logit"),
        (lambda features, logits: logits.sigmoid(), "one probability"),
        (lambda features, logits: logits.sigmoid().squeeze(-1), "one probability"),
        (lambda features, logits: nn.Sigmoid()(logits).view(-1), "one probability"),
        (lambda features, logits: {"score": logits.sigmoid().float()}, "one probability"),
    ],
)
@pytest.mark.parametrize("count", [2, 40])
def test_one_number_for_two_classes_is_read_as_the_logits_of_both(end, said, count):
    found = as_classifier(ending(end, 1), inputs(count), 2)
    assert said in " ".join(found.notes)
    assert found.outputs == 2
    second = logits_of(ending(lambda features, logits: logits, 1), inputs()).sigmoid()
    both = logits_of(found.network, inputs()).softmax(1)
    torch.testing.assert_close(both, torch.cat([1 - second, second], dim=1), atol=1e-5, rtol=1e-4)


def test_a_number_between_0_and_1_is_a_logit_where_no_sigmoid_made_it():
    network = ending(lambda features, logits: 0.5 + 0.01 * torch.tanh(logits), 1)
    assert "one logit" in as_classifier(network, inputs(), 2).notes[0]


@pytest.mark.parametrize(
    ("end", "outputs", "classes", "message"),
    [
        (lambda features, logits: (logits, 2 * logits), 3, 3, r"0 \(40, 3\), 1 \(40, 3\), of which several may be"),
        (lambda features, logits: logits.argmax(1), 3, 3, r"returns \(40,\); expected logits of shape"),
        (lambda features, logits: logits[:, :, None], 3, 3, r"returns \(40, 3, 1\); expected logits"),
        (lambda features, logits: "cat", 3, 3, "returns str; expected logits"),
        (lambda features, logits: logits, 1, 3, "3 classes, but Ending has 1 outputs"),
        (lambda features, logits: logits["x"], 3, 3, "cannot take inputs"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(end, outputs, classes, message):
    with pytest.raises(ModelError, match=message):
        as_classifier(ending(end, outputs), inputs(), classes)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_computed_with_in_single_precision(dtype):
    network = copy.deepcopy(PLAIN).to(dtype)
    found = as_classifier(network, inputs(), 3)
    assert logits_of(found.network, inputs()).dtype == torch.float32
    assert network.first.weight.dtype == dtype  # the user's own is as it was
    assert str(dtype).removeprefix("torch.") in found.notes[0]


def wrapped_in_place(network: nn.Module) -> nn.Module:
    network = copy.deepcopy(network)
    network.compile(backend="eager")
    return network


@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        lambda network: torch.compile(network, backend="eager"),
        lambda network: nn.DataParallel(torch.compile(network, backend="eager")),
        torch.optim.swa_utils.AveragedModel,
        wrapped_in_place,
    ],
)
def test_what_stands_around_a_network_does_not_hide_its_layers(wrap):
    wrapped = wrap(PLAIN)
    found = as_classifier(unwrapped_network(wrapped), inputs(), 3)
    assert called_layers(found.network, inputs()) == ["first", "last"]
    assert torch.equal(logits_of(found.network, inputs()), logits_of(PLAIN, inputs()))


def test_frozen_networks_and_those_in_training_are_read_and_left_so():
    network = ending(lambda features, logits: logits.sigmoid(), 1).train()
    for weight in network.parameters():
        weight.requires_grad_(False)
    assert "one probability" in as_classifier(network, inputs(), 2).notes[0]
    assert network.training
    assert all(weight.grad is None and not weight.requires_grad for weight in network.parameters())


def test_a_forward_that_no_operation_can_be_followed_through_is_told_by_its_numbers():
    network = ending(lambda features, logits: torch.from_numpy(logits.detach().numpy()).sigmoid(), 1)
    assert "one probability" in as_classifier(network, inputs(), 2).notes[0]
    assert "one logit" in as_classifier(network, inputs(4), 2).notes[0]  # four do not tell


@pytest.mark.parametrize(
    "end",
    [
        lambda features, logits: {"scores": logits},
        lambda features, logits: logits.softmax(1),
        lambda features, logits: torch.sigmoid(logits),
    ],
)
def test_relevance_reaches_the_layers_through_what_is_made_of_the_answers(end):
    labels = np.zeros(6, dtype=np.int64)
    dataset = LabeledDataset(inputs(6).numpy(), labels, np.array(list("abcdef")), ("x", "y", "z"))
    plain = read_relevance(PLAIN, torch.from_numpy(dataset.inputs), None, layers=["first"], batch_size=6)
    network = as_classifier(ending(end), inputs(), 3).network
    assert isinstance(network, LogitsNetwork)
    found = read_relevance(network, torch.from_numpy(dataset.inputs), None, layers=["network.first"], batch_size=6)
    np.testing.assert_allclose(found["network.first"], plain["first"], rtol=1e-4, atol=1e-6)


def test_a_program_at_hand_gets_its_layers_back():
    class Straight(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = PLAIN.first, PLAIN.last

        def forward(self, inputs):
            return self.last(torch.relu(self.first(inputs)))

    batch = {"inputs": {0: torch.export.Dim("batch")}}
    exported = torch.export.export(Straight().eval(), (inputs(2),), dynamic_shapes=batch)
    for model in (exported, torch.jit.trace(Straight().eval(), inputs(2))):
        network = network_at_hand(model, inputs().numpy())
        assert {"first", "last"} <= set(called_layers(network, inputs()))
        torch.testing.assert_close(logits_of(network, inputs()), logits_of(PLAIN, inputs()))
    with pytest.raises(ModelError, match="expected the ExportedProgram itself"):
        network_at_hand(exported.module(), inputs().numpy())


def test_what_is_no_network_is_one_sentence():
    with pytest.raises(ModelError, match="the model is a str; expected a torch.nn.Module"):
        network_at_hand("model.pth", inputs().numpy())
