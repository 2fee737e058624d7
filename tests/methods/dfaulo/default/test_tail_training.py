import numpy as np
import pytest
import torch
from torch.nn import functional as F

from faultloc.methods.dfaulo.default.suffix.dropout import Dropout
from faultloc.methods.dfaulo.default.suffix.tail import Tail, build_suffix
from faultloc.methods.dfaulo.default.suffix.tail_training import TailTraining

FEATURES, RATE = 7, 0.01
CPU = torch.device("cpu")


def samples(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (count,), generator=generator)
    return torch.randn(count, FEATURES, generator=generator) + F.one_hot(labels, FEATURES), labels


def masks(dropout: float) -> Dropout:
    return Dropout(dropout, torch.Generator().manual_seed(5))


def fresh_tail(widths) -> Tail:
    torch.manual_seed(3)
    return Tail(FEATURES, widths, 0.0, CPU)


def reference_training(widths, dropout, orders, batch_size):
    """The same by torch's own layers, autograd, loss and Adam, with the same masks."""
    torch.manual_seed(3)
    suffix = build_suffix(FEATURES, widths, 0.0)
    optimizer, drawn = torch.optim.Adam(suffix.parameters(), lr=RATE), masks(dropout)
    features, labels = samples(50)
    for order in orders:
        for batch in order.split(batch_size):
            hidden = suffix[1](suffix[0](features[batch]))
            if dropout:
                hidden = hidden * drawn.draw(*hidden.shape) * drawn.scale
            loss = F.cross_entropy(suffix[2:](hidden), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return suffix


@pytest.mark.parametrize("widths", [(12, 3), (12, 9, 3), (12, 9, 6, 3)])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_tail_gets_the_weights_that_autograd_and_adam_give_it(widths, dropout):
    orders = [torch.randperm(50, generator=torch.Generator().manual_seed(epoch)) for epoch in range(4)]
    features, labels = samples(50)
    tail = fresh_tail(widths)
    before = tail.parameters.clone()
    training = TailTraining(tail, masks(dropout), RATE)
    for order in orders:
        training.epoch(features, labels, order, 16)  # the last batch has two samples
    suffix = reference_training(widths, dropout, orders, 16)
    assert not torch.allclose(before, tail.parameters, atol=1e-2)
    weights = suffix.state_dict()
    assert list(tail.named_weights()) == list(weights)
    for name, found in tail.named_weights().items():
        torch.testing.assert_close(found, weights[name], atol=1e-5, rtol=0, msg=name)


def test_it_answers_as_its_layers_do():
    tail, (features, _) = fresh_tail((12, 9, 3)), samples(50)
    suffix = build_suffix(FEATURES, (12, 9, 3), 0.0)
    suffix.load_state_dict(tail.named_weights())
    logits, hidden = tail.answer(features)
    with torch.no_grad():
        torch.testing.assert_close(hidden, suffix[:-1](features))
        torch.testing.assert_close(logits.t(), suffix(features))


@pytest.mark.parametrize("dropout", [0.1, 0.3, 0.5])
def test_masks_drop_their_share_everywhere_and_keep_the_mean(dropout):
    drawn = masks(dropout)
    mask = torch.cat([drawn.draw(100, 12) for _ in range(500)])
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    # Five standard deviations of 50,000 draws, and what the share is rounded by.
    assert (mask.mean(0) - (1 - dropout)).abs().max() < 5 * np.sqrt(dropout * (1 - dropout) / 50_000) + 1 / 512
    assert float(mask.mean()) * drawn.scale == pytest.approx(1, abs=0.01)


def test_neighbouring_neurons_are_dropped_independently():
    mask = masks(0.5).draw(20_000, 16).numpy()
    correlations = np.corrcoef(mask, rowvar=False) - np.eye(16)
    assert np.abs(correlations).max() < 5 / np.sqrt(20_000)


def test_no_mask_comes_twice():
    drawn = masks(0.5)
    first, second = drawn.draw(10, 12), drawn.draw(10, 12)
    assert not torch.equal(first, second)
