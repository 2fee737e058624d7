"""Gradients that a loss takes by itself: as numbers, with a history, and where they are no part of the loss."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.monitor import TrainingMonitor

Loss = Callable[[nn.Module], Tensor]


def rules(loss_of: Loss, *, steps: int = 4) -> list[str]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def slope(model: nn.Module, points: Tensor, *, keeps_graph: bool) -> Tensor:
    points = points.clone().requires_grad_()
    out = model(points)
    return torch.autograd.grad(out, points, torch.ones_like(out), create_graph=keeps_graph)[0]


def critic(model: nn.Module, *, keeps_graph: bool) -> Tensor:
    apart = model(torch.randn(24, 2)).mean() - model(torch.randn(24, 2) + 1).mean()
    return apart + 10 * ((slope(model, torch.randn(24, 2), keeps_graph=keeps_graph).norm(dim=1) - 1) ** 2).mean()


def equation(model: nn.Module, *, keeps_graph: bool) -> Tensor:
    points = torch.rand(24, 2).requires_grad_()
    value = model(points)
    first = torch.autograd.grad(value, points, torch.ones_like(value), create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), points, create_graph=keeps_graph)[0]
    return (second.sum(1) + points.sin().sum(1)).pow(2).mean() + 20 * model(torch.eye(2)).pow(2).mean()


@pytest.mark.parametrize("loss_of", [critic, equation])
@pytest.mark.parametrize("keeps_graph", [False, True])
def test_a_penalty_on_gradients_without_a_history_is_named_and_one_with_a_history_is_not(loss_of, keeps_graph):
    found = rules(lambda model: loss_of(model, keeps_graph=keeps_graph))
    assert ("loss.constant_penalty" in found) != keeps_graph
    assert found[1:] == []


def oscillator(model: nn.Module, *, keeps_graph: bool) -> Tensor:
    points = torch.rand(48, 2).requires_grad_()
    value = model(points)
    first = torch.autograd.grad(value, points, torch.ones_like(value), create_graph=True)[0][:, :1]
    options = {"create_graph": True} if keeps_graph else {"retain_graph": True}
    second = torch.autograd.grad(first, points, torch.ones_like(first), **options)[0][:, :1]
    return (second + 0.4 * first + 4 * value).pow(2).mean() + (model(torch.zeros(1, 2)) - 1).pow(2).mean()


def pendulum(model: nn.Module, *, keeps_graph: bool) -> Tensor:
    points = torch.rand(48, 2).requires_grad_()
    value = model(points)
    first = torch.autograd.grad(value.sum(), points, create_graph=True)[0][:, 0]
    second = torch.autograd.grad(first.sum(), points, create_graph=keeps_graph, retain_graph=True)[0][:, 0]
    residual = second + 9.81 * value[:, 0].sin()
    return nn.functional.mse_loss(residual, torch.zeros(48))


def burgers(model: nn.Module, *, keeps_graph: bool) -> Tensor:
    x, t = torch.rand(64, 1).requires_grad_(), torch.rand(64, 1).requires_grad_()
    u = model(torch.cat([x, t], 1))
    ones = torch.ones_like(u)
    u_x, u_t = torch.autograd.grad(u, (x, t), ones, create_graph=True)
    u_xx = torch.autograd.grad(u_x, x, ones, create_graph=keeps_graph, retain_graph=True)[0]
    residual = u_t + u * u_x - 0.01 * u_xx
    return (residual * residual).mean()


@pytest.mark.parametrize("loss_of", [oscillator, pendulum, burgers])
@pytest.mark.parametrize("keeps_graph", [False, True])
def test_a_derivative_that_is_a_number_beside_others_with_a_history_is_named(loss_of, keeps_graph):
    found = rules(lambda model: loss_of(model, keeps_graph=keeps_graph))
    assert ("loss.constant_penalty" in found) != keeps_graph
    assert found[1:] == []


class WithSlope(nn.Module):
    """Answers with its value and its slope."""

    def __init__(self, *, keeps_graph: bool) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
        self.options = {"create_graph": True} if keeps_graph else {"retain_graph": True}

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        points = points.requires_grad_()
        value = self.net(points)
        return value, torch.autograd.grad(value, points, torch.ones_like(value), **self.options)[0]


@pytest.mark.parametrize("keeps_graph", [False, True])
def test_a_slope_that_the_model_returns_itself_is_named(keeps_graph):
    torch.manual_seed(0)
    model = WithSlope(keeps_graph=keeps_graph)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(4):
            optimizer.zero_grad()
            value, slope = model(2 * torch.rand(64, 1))
            (slope + value).pow(2).mean().backward()
            optimizer.step()
    assert ("loss.constant_penalty" in [one.rule for one in monitor.findings]) != keeps_graph


def test_a_slope_that_is_only_looked_at_beside_a_comparison_raises_no_alarm():
    def watched(model: nn.Module) -> Tensor:
        points = torch.rand(48, 2).requires_grad_()
        value = model(points)
        torch.autograd.grad(value.sum(), points, retain_graph=True)
        return (value - points[:, :1] * points[:, 1:]).pow(2).mean()

    assert not rules(watched)


def test_a_slope_that_is_only_looked_at_beside_a_smooth_function_of_the_same_points_raises_no_alarm():
    points = torch.linspace(0, 1, 64)[:, None].requires_grad_()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            optimizer.zero_grad()
            value = model(points)
            torch.autograd.grad(value.sum(), points, retain_graph=True)
            (value - points.detach().mul(2).sin()).pow(2).mean().backward()
            optimizer.step()
    assert not monitor.findings


def test_slopes_of_another_function_that_a_model_learns_raise_no_alarm():
    def taught(model: nn.Module) -> Tensor:
        points = torch.rand(48, 2).requires_grad_()
        known = (points[:, :1] ** 3 * points[:, 1:].sin()).sum()
        target = torch.autograd.grad(known, points)[0][:, :1]
        return (model(points) - target).pow(2).mean()

    assert not rules(taught)


def slope_by_answer(model: nn.Module) -> Tensor:
    value = model(torch.rand(48, 2))
    loss = (value - 1).pow(2).mean()
    torch.autograd.grad(loss, value, retain_graph=True)
    return loss


def slope_of_loss(model: nn.Module) -> Tensor:
    points = torch.rand(48, 2).requires_grad_()
    linear = model[0](points)[:, :1]
    loss = (linear - 1).pow(2).mean()
    torch.autograd.grad(loss, points, retain_graph=True)
    return loss


def stopped_target(model: nn.Module) -> Tensor:
    points = torch.rand(48, 2).requires_grad_()
    value = model(points)
    first = torch.autograd.grad(value.sum(), points, retain_graph=True)[0][:, :1]
    return nn.functional.mse_loss(value, points[:, :1].detach() - 0.5 * first)


TEACHER = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))


def teachers_slope(model: nn.Module) -> Tensor:
    points = torch.rand(48, 2).requires_grad_()
    target = torch.autograd.grad(TEACHER(points).sum(), points)[0]
    own = torch.autograd.grad(model(points).sum(), points, create_graph=True)[0]
    return (own - target).pow(2).mean()


@pytest.mark.parametrize("loss_of", [slope_by_answer, slope_of_loss, stopped_target, teachers_slope])
def test_numbers_that_are_meant_to_be_numbers_raise_no_alarm(loss_of):
    assert "loss.constant_penalty" not in rules(loss_of)


def test_inputs_that_are_moved_along_a_gradient_raise_no_alarm():
    def attacked(model: nn.Module) -> Tensor:
        points = torch.randn(24, 2)
        moved = points + 0.1 * slope(model, points, keeps_graph=False).sign()
        loss = 0.0
        for given in (points, moved):
            loss = loss + (model(given) - points[:, :1]).pow(2).mean()
        return loss

    assert not rules(attacked)


def test_an_offset_beside_a_gradient_that_is_only_looked_at_raises_no_alarm():
    def offset(model: nn.Module) -> Tensor:
        slope(model, torch.randn(24, 2), keeps_graph=False)
        return model(torch.randn(24, 2)).pow(2).mean() + 1.5

    assert not rules(offset)


def test_what_is_added_as_numbers_where_no_gradient_is_taken_raises_no_alarm():
    def shown(model: nn.Module) -> Tensor:
        value = model(torch.randn(24, 2))
        return value.pow(2).mean() + value.detach().abs().mean()

    assert not rules(shown)


def test_torch_is_as_it_was_once_nobody_listens():
    before = torch.autograd.grad
    model = nn.Linear(2, 1)
    with TrainingMonitor(model, torch.optim.SGD(model.parameters(), lr=0.1), on_finding=lambda finding: None):
        assert torch.autograd.grad is not before
    assert torch.autograd.grad is before
