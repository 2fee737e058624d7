import pytest
import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.probes.layers import called_layers, find_layer, head_layers, last_linear_layer
from faultloc.subject.architectures import VGG16, LeNet1, LeNet5, RecurrentClassifier, ResNet20

DIGIT = torch.zeros(2, 1, 28, 28, dtype=torch.uint8)
TEXT = torch.tensor([[1, 2, 0], [3, 0, 0]])


@pytest.mark.parametrize(
    ("network", "example", "last", "head"),
    [
        (LeNet1((1, 28, 28), 3), DIGIT, "fc", ["fc"]),
        (LeNet5((1, 28, 28), 3), DIGIT, "f7", ["f6", "f7"]),
        (ResNet20((1, 28, 28), 3), DIGIT, "fc", ["fc"]),
        (VGG16((1, 28, 28), 3), DIGIT, "classifier", ["classifier"]),
        (RecurrentClassifier(9, 3), TEXT, "fc2", ["fc1", "fc2"]),
    ],
)
def test_the_end_of_every_network_of_the_papers_is_found(network, example, last, head):
    assert last_linear_layer(network, example) == last
    assert head_layers(network, example) == head


class Backwards(nn.Module):
    """Defines its layers in another order than it calls them."""

    def __init__(self) -> None:
        super().__init__()
        self.second = nn.Linear(3, 2)
        self.first = nn.Linear(4, 3)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(inputs)))


def test_layers_come_in_the_order_of_their_calls_not_of_their_definition():
    assert called_layers(Backwards(), torch.zeros(1, 4)) == ["first", "second"]


def test_no_hook_is_left_behind_also_after_an_error():
    network = Backwards()
    called_layers(network, torch.zeros(1, 4))
    with pytest.raises(RuntimeError):
        called_layers(network, torch.zeros(1, 5))
    assert not any(module._forward_hooks for module in network.modules())


def test_a_network_without_a_linear_layer_is_answered_with_the_names_that_exist():
    network = nn.Sequential(nn.Conv1d(1, 2, 1), nn.Flatten())
    with pytest.raises(ModelError, match=r"calls no linear layer; name the layer .* one of: 0, 1"):
        last_linear_layer(network, torch.zeros(1, 1, 2))
    with pytest.raises(ModelError, match="does not end in a linear layer"):
        head_layers(network, torch.zeros(1, 1, 2))


def test_a_layer_name_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(ModelError, match="has no layer 'fc3'; it has: second, first"):
        find_layer(Backwards(), "fc3")
