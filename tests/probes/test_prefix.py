import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ModelError, TrainingError
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import predict_logits
from faultloc.probes.prefix import PrefixPart, find_prefix, read_model
from faultloc.subject.architectures import VGG16, LeNet1, LeNet5, RecurrentClassifier, ResNet20

IMAGES = torch.randint(0, 256, (6, 1, 28, 28), dtype=torch.uint8)
PHOTOGRAPHS = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
TOKENS = torch.tensor([[3, 5, 7, 0, 0], [1, 2, 3, 4, 5], [0, 0, 0, 0, 0]], dtype=torch.int32)


def read_features(network, inputs, prefix, *, batch_size):
    return read_model(network, inputs, prefix, batch_size=batch_size).features


@pytest.mark.parametrize(
    ("network", "inputs", "part", "widths", "size"),
    [
        (LeNet1((1, 28, 28), 10), IMAGES, PrefixPart("fc", "input"), (10,), 192),
        (LeNet5((1, 28, 28), 10), IMAGES, PrefixPart("features.6", "input"), (120, 84, 10), 400),
        (ResNet20((3, 32, 32), 10), PHOTOGRAPHS, None, (10,), 64),
        (VGG16((3, 32, 32), 7), PHOTOGRAPHS, None, None, None),
    ],
    ids=["LeNet1", "LeNet5", "ResNet20", "VGG16"],
)
def test_the_tail_is_found_in_each_architecture(network, inputs, part, widths, size):
    prefix = find_prefix(network, inputs[:2])
    features = read_features(network, inputs, prefix, batch_size=2)
    assert part is None or list(prefix.parts) == [part]
    assert widths is None or tuple(prefix.tail_widths) == widths
    assert prefix.tail_widths[-1] in (7, 10)
    assert size is None or features.shape == (len(inputs), size)
    assert features.std() == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_recurrent_network_gives_its_tokens_and_its_states(bidirectional):
    network = RecurrentClassifier(
        20, 4, embedding_size=8, hidden_size=6, layers=1, dropout=0.0, bidirectional=bidirectional
    )
    prefix = find_prefix(network, TOKENS)
    assert [(part.layer, part.over_steps) for part in prefix.parts] == [
        ("embedding", "mean"),
        ("embedding", "max"),
        ("lstm", "mean"),
    ]
    assert tuple(prefix.tail_widths) == (6, 4)
    features = read_features(network, TOKENS, prefix, batch_size=2)
    assert features.shape == (3, 8 + 8 + (12 if bidirectional else 6))


@pytest.mark.parametrize(
    ("network", "is_learned"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 3)), False),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 26 * 26, 3)), True),
    ],
    ids=["the inputs as they are", "behind a convolution"],
)
def test_features_are_learned_where_weights_come_before_them(network, is_learned):
    assert find_prefix(network, IMAGES[:2].float()).is_learned == is_learned


def test_padding_does_not_count():
    network = RecurrentClassifier(20, 4, embedding_size=8, hidden_size=6, layers=1, dropout=0.0)
    prefix = find_prefix(network, TOKENS)
    longer = torch.cat([TOKENS, torch.zeros(3, 4, dtype=torch.int32)], dim=1)
    features = read_features(network, TOKENS[:2], prefix, batch_size=2)
    np.testing.assert_allclose(features, read_features(network, longer[:2], prefix, batch_size=1), atol=1e-5)
    with torch.no_grad():
        words = network.embedding(TOKENS[0, :3].long())
    ratio = features[0, :8] / words.mean(0)
    np.testing.assert_allclose(ratio, ratio[0].expand(8), rtol=1e-4)
    ratio = features[0, 8:16] / words.amax(0)
    np.testing.assert_allclose(ratio, ratio[0].expand(8), rtol=1e-4)


def test_normalisation_inside_a_tail_belongs_to_it():
    tail = [nn.Linear(784, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Linear(30, 20), nn.LayerNorm(20), nn.Linear(20, 5)]
    prefix = find_prefix(nn.Sequential(nn.Flatten(), *tail), IMAGES[:2])
    assert (list(prefix.parts), tuple(prefix.tail_widths)) == ([PrefixPart("1", "input")], (30, 20, 5))


def test_features_are_what_flows_into_the_tail():
    network = LeNet1((1, 28, 28), 10)
    features = read_features(network, IMAGES, find_prefix(network, IMAGES[:2]), batch_size=4)
    with torch.no_grad():
        expected = network.features(IMAGES.float() / 255)
    np.testing.assert_allclose(features, expected / expected.std(), rtol=1e-4)


def test_the_network_is_left_as_it_was():
    network = ResNet20((3, 32, 32), 10).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    read_features(network, PHOTOGRAPHS, find_prefix(network, PHOTOGRAPHS), batch_size=2)
    assert network.training
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())


def test_a_network_that_ends_otherwise_is_refused():
    network = nn.Sequential(nn.Conv2d(1, 10, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(ModelError, match="does not end in a linear layer, but in Conv2d"):
        find_prefix(network, IMAGES[:2])


def test_features_that_are_all_the_same_are_refused():
    network = nn.Sequential(nn.Conv2d(1, 2, 5), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 24 * 24, 3))
    nn.init.zeros_(network[0].weight)
    nn.init.constant_(network[0].bias, -1.0)
    with pytest.raises(TrainingError, match="are all the same"):
        read_features(network, IMAGES, find_prefix(network, IMAGES[:2]), batch_size=4)


def test_features_that_are_no_numbers_are_refused():
    network = LeNet1((1, 28, 28), 10)
    nn.init.constant_(network.features[0].weight, float("nan"))
    with pytest.raises(TrainingError, match="NaN or infinite"):
        read_features(network, IMAGES, find_prefix(network, IMAGES[:2]), batch_size=4)


@pytest.mark.parametrize("value", [3e38, -3e38])
def test_an_input_that_overflows_on_the_way_is_named(value):
    network = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    nn.init.constant_(network[2].weight, 2e38)  # features are finite, what follows is not
    inputs = torch.randn(7, 4, generator=torch.Generator().manual_seed(0)) / 1e38
    inputs[5] = value
    nn.init.constant_(network[0].weight, 1.0)
    nn.init.zeros_(network[0].bias)
    with pytest.raises(TrainingError, match="for the sample at position 5") as raised:
        read_model(network, inputs, find_prefix(network, inputs[:2]), batch_size=4)
    assert "\n" not in str(raised.value)


def test_a_class_that_a_model_rules_out_is_no_error():
    network = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    nn.init.constant_(network[2].bias[1:2], -torch.inf)
    inputs = torch.randn(7, 4, generator=torch.Generator().manual_seed(0))
    reading = read_model(network, inputs, find_prefix(network, inputs[:2]), batch_size=4)
    assert (reading.logits[:, 1] == -torch.inf).all()


def test_one_pass_reads_what_several_would():
    network = LeNet5((1, 28, 28), 10)
    reading = read_model(network, IMAGES, find_prefix(network, IMAGES[:2]), batch_size=4)
    np.testing.assert_array_equal(reading.last_input, read_activations(network, IMAGES, None, batch_size=4))
    np.testing.assert_array_equal(reading.logits, predict_logits(network, IMAGES, batch_size=4))


@pytest.mark.parametrize("mark", [1e6, 1e20, 3e38])
def test_one_value_beyond_all_others_does_not_set_their_scale(mark):
    inputs = torch.randn(300, 4, generator=torch.Generator().manual_seed(0))
    network = nn.Sequential(nn.Linear(4, 3))
    prefix = find_prefix(network, inputs[:2])
    marked = inputs.clone()
    marked[7, 2] = mark
    plain, read = (read_model(network, given, prefix, batch_size=64) for given in (inputs, marked))
    # A hundred times the largest of the median sample, once, is some ten times the spread of 1,200 numbers.
    assert (read.features[:7].std() / plain.features[:7].std()) > 0.1
    assert torch.isfinite(read.last_input).all()
    assert read.features[7].argmax() == 2


def test_numbers_that_are_merely_large_are_left_as_they_are():
    inputs = torch.randn(300, 4, generator=torch.Generator().manual_seed(0))
    inputs[7, 2] = 90.0
    network = nn.Sequential(nn.Linear(4, 3))
    read = read_model(network, inputs, find_prefix(network, inputs[:2]), batch_size=64)
    torch.testing.assert_close(read.features * inputs.std(), inputs)
