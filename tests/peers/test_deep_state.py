import numpy as np
import pytest
import torch
from torch import nn

from faultloc.peers.deep_state import change_rate, predicts_every_step
from faultloc.subject.architectures import LeNet1, RecurrentClassifier
from tests.references import reference_change_rate


class Spells(nn.Module):
    """Predicts after each token the class that the token is, less one."""

    def step_logits(self, tokens: torch.Tensor) -> torch.Tensor:
        return nn.functional.one_hot((tokens - 1).clamp(min=0), 4).float()


def recurrent(bidirectional: bool = False) -> RecurrentClassifier:
    torch.manual_seed(0)
    return RecurrentClassifier(50, 3, embedding_size=8, hidden_size=6, bidirectional=bidirectional)


def sentences() -> torch.Tensor:
    """12 samples of 1 to 9 tokens, padded with 0 behind."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(1, 10, 12)
    lengths[:2] = 1, 9
    tokens = generator.integers(1, 50, (12, 9)) * (np.arange(9) < lengths[:, None])
    return torch.from_numpy(tokens.astype(np.int32))


def test_late_changes_weigh_more_by_hand() -> None:
    tokens = torch.tensor([[1, 2, 2, 2], [1, 1, 1, 2], [1, 1, 1, 1], [1, 2, 1, 2]])
    assert change_rate(Spells(), tokens, batch_size=3) == pytest.approx([1 / 14, 9 / 14, 0, 1])


def test_padding_is_no_step() -> None:
    tokens = torch.tensor([[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0]])
    assert change_rate(Spells(), tokens, batch_size=8).tolist() == [1, 0, 0]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_rate_is_that_of_the_slow_reference(bidirectional: bool) -> None:
    network, tokens = recurrent(bidirectional), sentences()
    network.eval()
    # A fresh network prefers one class throughout; without that preference it changes its mind.
    network.fc2.bias.data -= network.step_logits(tokens.long()).mean((0, 1)).detach()
    expected = []
    for sample in tokens:
        length = int((sample != 0).sum())
        predicted = network.step_logits(sample[None].long())[0, :length].argmax(1)
        expected.append(float(reference_change_rate(predicted.tolist())))
    assert max(expected) > 0
    assert change_rate(network, tokens, batch_size=5) == pytest.approx(expected)


def test_a_forward_step_is_the_prediction_on_the_tokens_so_far() -> None:
    network, tokens = recurrent().eval(), sentences().long()
    steps = network.step_logits(tokens)
    for step in range(9):
        cut = torch.where(torch.arange(9) <= step, tokens, 0)
        is_read = (tokens != 0).sum(1) > step
        assert torch.allclose(steps[is_read, step], network(cut)[is_read], atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_step_is_the_prediction_itself(bidirectional: bool) -> None:
    network, tokens = recurrent(bidirectional).eval(), sentences().long()
    last = (tokens != 0).sum(1) - 1
    assert torch.allclose(network.step_logits(tokens)[torch.arange(12), last], network(tokens), atol=1e-6)


def test_only_a_recurrent_network_predicts_every_step() -> None:
    assert predicts_every_step(recurrent())
    assert not predicts_every_step(LeNet1((1, 28, 28), 10))
    with pytest.raises(TypeError, match="LeNet1 has no step_logits"):
        change_rate(LeNet1((1, 28, 28), 10), sentences(), batch_size=8)


def test_the_network_keeps_its_mode() -> None:
    network = recurrent().train()
    change_rate(network, sentences(), batch_size=8)
    assert all(module.training for module in network.modules())
