import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import TrainingError
from faultloc.probes.activations import read_activations
from faultloc.subject.architectures import LeNet1, RecurrentClassifier

DIGITS = torch.randint(0, 256, (5, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_by_default_the_input_of_the_last_linear_layer_is_read():
    network = LeNet1((1, 28, 28), 3).eval()
    expected = network.features(DIGITS.float() / 255).detach().numpy()
    assert np.allclose(read_activations(network, DIGITS, None, batch_size=2), expected, atol=1e-6)


def test_a_named_layers_output_is_read():
    network = LeNet1((1, 28, 28), 3).eval()
    expected = network(DIGITS.float() / 255).detach().numpy()
    assert np.allclose(read_activations(network, DIGITS, "fc", batch_size=2), expected, atol=1e-6)


def test_of_a_recurrent_layer_its_sequence_is_read():
    network = RecurrentClassifier(9, 3)
    tokens = torch.tensor([[1, 2, 3], [4, 5, 6]])
    assert len(read_activations(network, tokens, "embedding", batch_size=2)) == 2


def test_the_network_is_left_in_the_mode_it_was_found_in_and_without_hooks():
    network = LeNet1((1, 28, 28), 3).train()
    network.fc.eval()
    read_activations(network, DIGITS, None, batch_size=2)
    assert network.training and not network.fc.training
    assert not any(module._forward_hooks for module in network.modules())


def test_an_activation_that_is_no_number_is_an_error():
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
    with torch.no_grad():
        network[1].weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="layer '1' has activations that are NaN"):
        read_activations(network, DIGITS, "1", batch_size=2)
