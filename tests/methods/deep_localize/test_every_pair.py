"""Answers and targets that are broadcast to a square, in losses of any kind."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Categorical
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, diagnose, network


def sums() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(320, 10, generator=generator)
    return inputs, inputs[:, 0] - inputs[:, 1]


def regressor() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))


def pinball(answers: Tensor, targets: Tensor, share: float = 0.9) -> Tensor:
    off = targets - answers
    return torch.max(share * off, (share - 1) * off).mean()


def squared(answers: Tensor, targets: Tensor) -> Tensor:
    return ((answers - targets) ** 2).mean()


def log_cosh(answers: Tensor, targets: Tensor) -> Tensor:
    return torch.log(torch.cosh(answers - targets)).mean()


def expectile(answers: Tensor, targets: Tensor) -> Tensor:
    off = targets - answers
    return (0.8 * torch.relu(off).pow(2) + 0.2 * torch.relu(-off).pow(2)).sum(1).mean()


def reward(answers: Tensor, targets: Tensor) -> Tensor:
    return -(F.logsigmoid(answers) * targets).mean()


LOSSES = [pinball, squared, log_cosh, expectile]


def rules(loss: Callable[[Tensor, Tensor], Tensor], steps: int = 20) -> list[str]:
    return [one.rule for one in diagnose(regressor(), loss, data=sums(), steps=steps).findings]


@pytest.mark.parametrize("loss", [*LOSSES, reward])
def test_a_column_of_answers_against_a_row_of_targets_is_named_whatever_the_loss(loss):
    assert "loss.broadcast" in rules(loss)


@pytest.mark.parametrize("loss", LOSSES[:3])
def test_a_row_of_answers_against_a_column_of_targets_is_named_whatever_the_loss(loss):
    assert "loss.broadcast" in rules(lambda answers, targets: loss(answers.squeeze(1), targets[:, None]))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_column_against_a_column_raises_no_alarm(loss):
    assert not rules(lambda answers, targets: loss(answers, targets[:, None]), steps=60)


def test_the_distance_of_two_sets_of_numbers_raises_no_alarm():
    def energy(answers: Tensor, targets: Tensor, within: Tensor) -> Tensor:
        return (answers - targets).abs().mean() - 0.5 * within

    assert "loss.broadcast" not in rules(lambda one, two: energy(one, two, (one - one.T).abs().mean()))
    assert "loss.broadcast" not in rules(lambda one, two: energy(one, two, torch.cdist(one, one).mean()))
    assert "loss.broadcast" not in rules(lambda one, two: energy(one, two, torch.pdist(one).mean()))


def test_the_nearest_of_all_targets_raises_no_alarm():
    assert "loss.broadcast" not in rules(lambda answers, targets: (answers - targets).abs().min(1).values.mean())


def test_pairs_that_are_weighed_by_a_table_raise_no_alarm():
    near = torch.eye(32) + 0.1
    assert "loss.broadcast" not in rules(lambda answers, targets: (near * (answers - targets) ** 2).mean())


def test_pairs_that_are_chosen_by_a_mask_raise_no_alarm():
    chosen = torch.eye(32, dtype=torch.bool)
    assert "loss.broadcast" not in rules(lambda answers, targets: ((answers - targets) ** 2)[chosen].mean())


def test_an_axis_put_in_by_hand_makes_it_no_better():
    assert "loss.broadcast" in rules(lambda answers, targets: pinball(answers.squeeze(1)[:, None], targets))


def test_differences_of_all_answers_as_in_a_loss_of_ranks_raise_no_alarm():
    def ranks(answers: Tensor, targets: Tensor) -> Tensor:
        sign = (targets[:, None] - targets).sign()
        return F.softplus(-(answers - answers.T) * sign).mean()

    assert "loss.broadcast" not in rules(ranks)


@pytest.mark.parametrize("is_column", [True, False])
def test_a_policy_that_gives_a_distribution_and_a_column_of_advantages_is_named(is_column):
    """Each action's ratio then meets the advantages of all others."""
    torch.manual_seed(0)
    actor = Made(lambda self, x: Categorical(logits=self.net(x)), net=network())
    states = torch.randn(90, 10)
    with torch.no_grad():
        policy = actor(states)
        actions = policy.sample()
        before = policy.log_prob(actions)
    gains = torch.randn(90, 1) if is_column else torch.randn(90)
    optimizer = torch.optim.Adam(actor.parameters(), lr=0.003)
    with TrainingMonitor(actor, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(4):
            optimizer.zero_grad()
            ratio = (actor(states).log_prob(actions) - before).exp()
            (-torch.min(ratio * gains, ratio.clamp(0.8, 1.2) * gains).mean()).backward()
            optimizer.step()
    assert ("loss.broadcast" in {one.rule for one in monitor.findings}) == is_column
