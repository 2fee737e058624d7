"""Values that a model learns from itself: the loss may grow as they do, and no guess at all of them is a measure."""

import pytest
import torch
from torch import nn
from torch.distributions import Categorical
from torch.nn import functional as F

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.hooks.loss_graph import gradients_at
from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms
from faultloc.methods.deep_localize.hooks.optimizer_groups import Group
from faultloc.methods.deep_localize.hooks.yardstick import Yardstick
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.dynamics import check_dynamics
from faultloc.methods.deep_localize.rules.pairs import way_moved


def values_of_a_chain(loss_of: object) -> Diagnosis:
    """Temporal differences on a chain of states, whose values grow from 0 to many times the rewards."""
    torch.manual_seed(0)
    model, frozen = (nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 1)) for _ in range(2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(600):
            if step % 10 == 0:
                frozen.load_state_dict(model.state_dict())
            states = torch.rand(64, 1)
            with torch.no_grad():
                goal = states + 0.2 * torch.randn(64, 1) + 0.98 * frozen((states + 0.05).clamp(max=1.0))
            said = model(states)
            optimizer.zero_grad()
            loss_of(said, goal).backward()
            optimizer.step()
    return monitor.diagnosis()


@pytest.mark.parametrize("loss_of", [F.mse_loss, F.smooth_l1_loss])
def test_a_loss_that_grows_as_values_do_raises_no_alarm(loss_of):
    assert not values_of_a_chain(loss_of).findings


def test_the_guess_at_a_steps_own_targets_is_their_mean_or_their_median():
    targets = torch.randn(4000, 1, generator=torch.Generator().manual_seed(0)) ** 3 + torch.tensor([3.0, -50.0])
    outputs = torch.zeros_like(targets).requires_grad_()
    for loss, guess in (
        (F.mse_loss(outputs, targets), (targets - targets.mean(0)).square().mean()),
        (F.l1_loss(outputs, targets), (targets - targets.median(0).values).abs().mean()),
    ):
        (term,) = loss_terms(loss, ())
        measured = Yardstick().look(term, targets)
        assert measured.own == pytest.approx(float(loss / guess), rel=1e-4)


def test_targets_that_move_on_are_told_from_those_that_come_round():
    generator = torch.Generator().manual_seed(0)

    def has_moved(target_at: object) -> bool:
        yardstick = Yardstick()
        for look in range(20):
            outputs = torch.zeros(32, 1, requires_grad=True)
            target = target_at(look)
            (term,) = loss_terms(F.mse_loss(outputs, target), ())
            measured = yardstick.look(term, target)
        return measured.has_moved

    batches = [torch.randn(32, 1, generator=generator) for _ in range(5)]
    assert has_moved(lambda look: torch.randn(32, 1, generator=generator) + 0.3 * look)
    assert not has_moved(lambda look: torch.randn(32, 1, generator=generator))
    # Every fifth look at one batch, as where an epoch is a divisor of the steps between two looks.
    assert not has_moved(lambda look: batches[min(look, 4)])


@pytest.mark.parametrize("are_scores", [True, False])
def test_scores_of_two_actions_are_no_embeddings_that_are_drawn_together(are_scores):
    """With two scores, a policy's gradient always points along the line between two of its answers."""
    one, other = (torch.randn(32, 2, generator=torch.Generator().manual_seed(seed)) for seed in range(2))
    if are_scores:
        other[:, 1] = one.sum(1) - other[:, 0]  # what tells two scores apart is their difference
    one, other = one.requires_grad_() * 1, other.requires_grad_() * 1
    compared = [Categorical(logits=scores).log_prob(torch.zeros(32)).sum() for scores in (one, other)]
    loss = -sum(compared) if are_scores else (one - other).square().sum()
    gradients = {id(given): made for given, made in zip((one, other), gradients_at(loss, [one, other]), strict=True)}
    assert (way_moved(one, other, gradients) is None) == are_scores


def steps_of(losses: list[float], *, rate: float, updates: float) -> History:
    """A run whose loss is not recognised; the first five steps are long beside the weights, every one is looked at."""
    group = Group("Adam", 0, rate, 0.0, 0.9, 0.999, 1e-8, False, ["head.weight"], 100, rate)
    history = History(groups=[group])
    for step, loss in enumerate(losses):
        history.add_step(loss)
        size = updates if step < 5 else 0.01
        history.add_sample(SampledStep(step, updates={"head.weight": size}, learning_rate=rate, rates=[rate]))
    return history


@pytest.mark.parametrize(("rate", "is_told"), [(0.003, False), (0.3, True)])
def test_a_last_layer_that_begins_at_almost_nothing_may_take_long_steps_at_a_usual_rate(rate, is_told):
    history = steps_of([2.0 + 0.01 * (step % 3) for step in range(60)], rate=rate, updates=0.9)
    found = {one.rule for one in check_dynamics(history, follows_one_loss=True)}
    assert found == ({"optimizer.rate_too_high"} if is_told else set())


@pytest.mark.parametrize(("rate", "is_told"), [(0.001, False), (0.1, True)])
def test_a_loss_that_was_thrown_up_and_is_back_at_a_guess_is_stuck_at_an_unusual_rate(rate, is_told):
    history = History(groups=steps_of([1.0], rate=rate, updates=0.5).groups, kind="cross_entropy")
    for step in range(60):
        thrown = [1.0, 1.4, 6.7, 3.0][step] if step < 4 else 1 + 0.01 * (-1) ** step
        history.add_step(0.7 * thrown)
        size = 0.5 if step < 5 else 0.02
        history.add_sample(
            SampledStep(step, updates={"head.weight": size}, relative_loss=thrown, learning_rate=rate, rates=[rate])
        )
    found = {one.rule for one in check_dynamics(history, follows_one_loss=True)}
    assert ("optimizer.rate_too_high" in found) == is_told


@pytest.mark.parametrize(("grown", "is_told"), [(1.0, False), (400.0, True)])
def test_a_policys_loss_around_0_swings_the_wider_the_surer_it_is_and_an_explosion_is_still_told(grown, is_told):
    losses = [0.004 * (-1) ** step - 0.4 for step in range(60)] + [
        0.4 * grown + 0.01 * (step % 2) for step in range(20)
    ]
    found = {one.rule for one in check_dynamics(steps_of(losses, rate=0.003, updates=0.01), follows_one_loss=True)}
    assert ("loss.growing" in found) == is_told


@pytest.mark.parametrize(("relative", "rule"), [(None, "loss.growing"), (8.0, "loss.diverging")])
def test_a_loss_that_explodes_is_an_error_only_where_it_is_known_what_a_guess_would_lose(relative, rule):
    history = History()
    for step, loss in enumerate([0.2] * 40 + [4.0] * 20):
        history.add_step(loss)
        history.add_sample(SampledStep(step, relative_loss=relative, learning_rate=0.01, rates=[0.01]))
    found = {one.rule for one in check_dynamics(history, follows_one_loss=True)}
    assert found & {"loss.growing", "loss.diverging"} == {rule}


def losses_so_far(losses: list[float], relative: list[float] | None = None) -> bool:
    """Whether a history of these losses ever says that they have exploded; ``relative`` at every tenth step."""
    history, said = History(), False
    for step, loss in enumerate(losses):
        history.add_step(loss)
        if relative is not None and step % 10 == 0:
            history.add_sample(SampledStep(step, relative_loss=relative[step // 10]))
        said |= history.has_exploded()
    return said


def test_a_loss_that_rises_and_comes_down_again_has_not_exploded():
    """As that of a codebook which has to be found first."""
    hump = [0.25] * 10 + [3.5] * 12 + [1.0, 0.5] + [0.1] * 30
    assert not losses_so_far(hump)
    assert losses_so_far([0.25] * 10 + [3.5] * 30)
    assert losses_so_far([0.25] * 10 + [1.3**step for step in range(60)])


def test_one_step_of_next_to_equal_targets_is_no_explosion():
    """Rewards so rare that most batches hold none: beside what a guess at those would lose, any loss is large."""
    growing = [0.01] * 10 + [0.6] * 60
    assert not losses_so_far(growing, [1.0, 1.0, 9.0, 1.0, 0.9, 8.0, 0.8])
    assert losses_so_far(growing, [1.0, 5.0, 9.0, 7.0, 6.0, 8.0, 9.0])
