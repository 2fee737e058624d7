"""Variational autoencoders whose two losses are reduced in the same way, and in different ones."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor

Reduced = Callable[[Tensor], Tensor]


class Vae(nn.Module):
    """From 40 values to 4 and back."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.encoder, self.decoder = nn.Linear(40, 8), nn.Linear(4, 40)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(inputs).chunk(2, 1)
        return self.decoder(mean + (log_variance / 2).exp() * torch.randn_like(mean)), mean, log_variance


def by_hand(mean: Tensor, log_variance: Tensor) -> Tensor:
    return -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp())


def of_torch(mean: Tensor, log_variance: Tensor) -> Tensor:
    return kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(torch.zeros_like(mean), torch.ones_like(mean)))


def rules(
    error: Callable[[Tensor, Tensor], Tensor],
    divergence: Callable[[Tensor, Tensor], Tensor],
    *,
    steps: int = 12,
    rate: float = 1e-3,
) -> list[str]:
    model, inputs = Vae(), torch.rand(320, 40, generator=torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(steps):
            batch = inputs[32 * step % 320 :][:32]
            answers, mean, log_variance = model(batch)
            optimizer.zero_grad()
            (error(answers, batch) + divergence(mean, log_variance)).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def averaged(answers: Tensor, batch: Tensor) -> Tensor:
    return F.mse_loss(answers, batch)


def added_up(answers: Tensor, batch: Tensor) -> Tensor:
    return F.mse_loss(answers, batch, reduction="sum")


@pytest.mark.parametrize("divergence", [by_hand, of_torch])
@pytest.mark.parametrize(
    "error",
    [
        averaged,
        lambda answers, batch: ((answers - batch) ** 2).mean(),
        lambda answers, batch: F.binary_cross_entropy_with_logits(answers, batch),
    ],
)
def test_a_mean_beside_a_sum_over_the_batch_is_named(error, divergence):
    assert rules(error, lambda *of: divergence(*of).sum()) == ["loss.mixed_reductions"]


@pytest.mark.parametrize("divergence", [by_hand, of_torch])
@pytest.mark.parametrize(
    ("error", "reduced"),
    [
        (added_up, lambda values: values.sum()),
        (averaged, lambda values: values.mean()),
        (averaged, lambda values: values.sum(1).mean()),
        (averaged, lambda values: values.sum() / len(values)),
        (averaged, lambda values: 1e-4 * values.sum()),
        (lambda answers, batch: added_up(answers, batch) / len(batch), lambda values: 4 * values.sum(1).mean()),
        (lambda answers, batch: ((answers - batch) ** 2).sum(), lambda values: values.sum()),
    ],
)
def test_sums_beside_sums_means_beside_means_and_weighted_sums_raise_no_alarm(error, reduced, divergence):
    assert not rules(error, lambda *of: reduced(divergence(*of)))


def test_a_penalty_on_what_units_give_that_is_added_up_raises_no_alarm():
    assert not rules(averaged, lambda mean, log_variance: 0.01 * mean.abs().sum())
    assert not rules(averaged, lambda mean, log_variance: mean.pow(2).sum())


@pytest.mark.parametrize("divergence", [by_hand, of_torch])
@pytest.mark.parametrize("reduced", [lambda one: one.sum(1).mean(), lambda one: one.sum() / len(one)])
def test_a_sum_over_the_values_of_a_sample_beside_a_mean_is_named_where_nothing_is_reconstructed(reduced, divergence):
    found = rules(averaged, lambda *of: reduced(divergence(*of)), steps=300, rate=0.01)
    assert found[:1] == ["loss.mixed_reductions"]


@pytest.mark.parametrize(
    ("error", "reduced"),
    [
        (averaged, lambda one: one.mean()),
        (averaged, lambda one: 0.01 * one.sum(1).mean()),
        (lambda answers, batch: (answers - batch).pow(2).sum(1).mean(), lambda one: one.sum(1).mean()),
    ],
)
def test_a_small_factor_or_two_sums_over_a_samples_values_raise_no_such_alarm(error, reduced):
    # The values are random and cannot be reconstructed from four: what is weighed alike is not the cause.
    assert "loss.mixed_reductions" not in rules(error, lambda *of: reduced(by_hand(*of)), steps=300, rate=0.01)


def test_targets_that_are_large_are_reconstructed_beside_a_sum_and_raise_no_alarm():
    def far(answers: Tensor, batch: Tensor) -> Tensor:
        return F.mse_loss(answers, 30 * (batch[:, :1] - 0.5).expand_as(batch))

    assert "loss.mixed_reductions" not in rules(far, lambda *of: by_hand(*of).sum(1).mean(), steps=300, rate=0.02)
