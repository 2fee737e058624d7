"""A loss of which no constant guess is known, that stays where it began."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import network


def ranked(*, order: str, rate: float = 3e-3, steps: int = 300, factor: float = 1.0) -> list[Finding]:
    """Of two items the better one is to be scored higher by a margin: by what they are, or by chance."""
    torch.manual_seed(0)
    items = torch.randn(400, 10)
    worth = items[:, 0] + items[:, 1].sin()
    model: nn.Module = network(outputs=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            one, other = torch.randint(0, 400, (2, 64))
            is_better = worth[one] > worth[other] if order == "worth" else torch.rand(64) < 0.5
            better, worse = torch.where(is_better, one, other), torch.where(is_better, other, one)

            def apart(better: Tensor = better, worse: Tensor = worse) -> Tensor:
                return model(items[better]) - model(items[worse])

            optimizer.zero_grad()
            (factor * F.softplus(1 - apart())).mean().backward()
            optimizer.step()
    return monitor.findings


@pytest.mark.parametrize("factor", [1.0, 50.0])
def test_a_ranking_by_chance_is_named(factor):
    found = ranked(order="chance", factor=factor)
    assert [one.rule for one in found] == ["loss.still"]
    assert found[0].phase == "loss"


def test_a_ranking_that_is_learned_is_silent():
    assert not ranked(order="worth")


def test_of_few_steps_nothing_is_said():
    assert not ranked(order="chance", steps=100)


def test_steps_that_change_nothing_explain_it():
    found = ranked(order="worth", rate=1e-6)
    assert [one.rule for one in found if one.phase == "update"]
    assert "loss.still" not in [one.rule for one in found]


def test_a_policy_whose_loss_swings_is_silent():
    torch.manual_seed(0)
    model = network(outputs=3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(300):
            chosen = torch.distributions.Categorical(logits=model(torch.randn(16, 10)))
            actions = chosen.sample()
            optimizer.zero_grad()
            (-chosen.log_prob(actions) * torch.randn(16)).mean().backward()
            optimizer.step()
    assert "loss.still" not in [one.rule for one in monitor.findings]
