import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.peers.mc_dropout import dropout_variance, has_dropout
from faultloc.subject.architectures import LeNet1, RecurrentClassifier
from faultloc.subject.seeding import torch_generator


def halves() -> nn.Module:
    """Two logits: the first input with dropout of one half, which doubles or drops it, and 0."""
    network = nn.Sequential(nn.Dropout(0.5), nn.Linear(1, 2, bias=False))
    network[1].weight.data = torch.tensor([[1.0], [0.0]])
    return network


def variance(network: nn.Module, inputs: torch.Tensor, passes: int = 20, **options) -> np.ndarray:
    return dropout_variance(network, inputs, passes, torch_generator(0, "t"), batch_size=64, **options)


def test_the_variance_is_that_of_the_two_outcomes() -> None:
    inputs = torch.tensor([[0.0], [1.0], [3.0]])
    found = variance(halves(), inputs, passes=4000)
    outcomes = torch.softmax(torch.stack([2 * inputs, torch.zeros(3, 1)], dim=2), dim=2)[:, 0, 0] - 0.5
    # Half of the passes give softmax(2 x, 0), half softmax(0, 0): the variance is the squared half distance.
    assert found == pytest.approx((outcomes / 2).square().tolist(), rel=0.02)


def test_without_classes_the_outputs_themselves_vary() -> None:
    # 2 x or 0, and a constant beside it: x squared, halved by the mean over the two outputs.
    assert variance(halves(), torch.tensor([[3.0]]), passes=4000, has_classes=False) == pytest.approx([4.5], rel=0.02)


def test_a_network_that_drops_nothing_has_no_variance() -> None:
    assert variance(nn.Linear(3, 2), torch.ones(5, 3)) == pytest.approx([0] * 5, abs=1e-20)


def test_the_same_generator_gives_the_same_variance() -> None:
    inputs = torch.ones(5, 1)
    assert variance(halves(), inputs).tolist() == variance(halves(), inputs).tolist()


def test_batch_normalisation_keeps_its_statistics_and_the_network_its_mode() -> None:
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2)).train()
    network[2].eval()
    variance(network, torch.randn(8, 3))
    assert torch.equal(network[0].running_mean, torch.zeros(3))
    assert [module.training for module in network] == [True, True, False]


def test_an_input_between_two_classes_is_less_sure_than_one_within(digits) -> None:
    network = nn.Sequential(*digits.network.children())
    dropping = nn.Sequential(nn.Dropout(0.3), digits.network)
    assert has_dropout(dropping)
    assert not has_dropout(network)
    one, other = digits.inputs[:150], digits.inputs[150:300]
    assert variance(dropping, (one + other) / 2).mean() > 1.5 * variance(dropping, one).mean()


@pytest.mark.parametrize(
    ("network", "drops"),
    [
        (nn.Dropout(0.1), True),
        (nn.Dropout(0.0), False),
        (nn.Sequential(nn.Linear(2, 2), nn.Dropout2d(0.1)), True),
        (nn.LSTM(2, 2, num_layers=2, dropout=0.1), True),
        (nn.MultiheadAttention(2, 1, dropout=0.1), True),
        (LeNet1((1, 28, 28), 10), False),
        (RecurrentClassifier(5, 2, embedding_size=2, hidden_size=2), True),
    ],
)
def test_what_drops_is_found(network: nn.Module, drops: bool) -> None:
    assert has_dropout(network) == drops


def test_dropout_between_the_layers_of_an_lstm_counts() -> None:
    torch.manual_seed(0)
    network = RecurrentClassifier(9, 2, embedding_size=4, hidden_size=4)
    network.dropout.p = 0.0
    network.fc1.bias.data += 1  # none of its neurons is dead whatever the LSTM says
    tokens = torch.arange(1, 7)[:, None].expand(6, 5)
    assert (variance(network, tokens) > 0).all()
    network.lstm.dropout = 0.0
    assert variance(network, tokens) == pytest.approx([0] * 6, abs=1e-20)


def test_a_single_pass_is_refused() -> None:
    with pytest.raises(ConfigError, match="passes is 1; expected a whole number at least 2"):
        variance(halves(), torch.ones(2, 1), passes=1)
