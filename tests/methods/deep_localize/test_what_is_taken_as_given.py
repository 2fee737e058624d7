"""Targets, advantages and old probabilities with a history; policies and generators that want the opposite."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.hooks.loss_graph import loss_nodes
from faultloc.methods.deep_localize.rules.attached_targets import check_attached
from tests.methods.deep_localize.loops import blobs
from tests.methods.deep_localize.test_several_models import maker_and_judge, watched

ACTIONS = torch.arange(16) % 4
REWARDS = torch.linspace(-1, 1, 16)


def attached_said(make: object) -> list[str]:
    torch.manual_seed(0)
    body = nn.Linear(5, 8)
    hidden, following = body(torch.randn(16, 5)), body(torch.randn(16, 5))
    policy, value = nn.Linear(8, 4)(hidden), nn.Linear(8, 1)(hidden).squeeze(1)
    outputs = [policy, value, following]
    return [symptom.rule for symptom in check_attached(loss_nodes(make(policy, value, following), outputs))]


def chosen(policy: Tensor) -> Tensor:
    return F.log_softmax(policy, 1).gather(1, ACTIONS[:, None]).squeeze(1)


def drawn(policy: Tensor) -> Tensor:
    return torch.distributions.Categorical(logits=policy).log_prob(ACTIONS)


ATTACHED = {
    "a target": (lambda p, v, f: F.smooth_l1_loss(v, REWARDS + 0.9 * f.max(1).values), "loss.attached_target"),
    "a target by hand, with the end of an episode": (
        lambda p, v, f: (v - (REWARDS + 0.99 * (1 - (ACTIONS == 3).float()) * f.amax(1))).pow(2).mean(),
        "loss.attached_target",
    ),
    "an advantage": (
        lambda p, v, f: -(chosen(p) * (REWARDS - v)).mean() + F.mse_loss(v, REWARDS), "loss.attached_advantage"
    ),
    "an advantage, of actions drawn": (lambda p, v, f: (-drawn(p) * (REWARDS - v)).mean(), "loss.attached_advantage"),
    "old probabilities": (lambda p, v, f: -((drawn(p) - drawn(p)).exp() * REWARDS).mean(), "loss.attached_ratio"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACHED)
def test_what_the_gradient_should_not_flow_into_is_named(name):
    make, rule = ATTACHED[name]
    assert attached_said(make) == [rule]


DETACHED = {
    "a target": lambda p, v, f: F.smooth_l1_loss(v, (REWARDS + 0.9 * f.max(1).values).detach()),
    "an advantage": lambda p, v, f: -(chosen(p) * (REWARDS - v).detach()).mean() + F.mse_loss(v, REWARDS),
    "old probabilities": lambda p, v, f: -((drawn(p) - drawn(p).detach()).exp() * REWARDS).mean(),
    "entropy": lambda p, v, f: (F.softmax(p, 1) * F.log_softmax(p, 1)).sum(1).mean(),
    "a focal loss": lambda p, v, f: (
        -((1 - F.softmax(p, 1)) ** 2 * F.log_softmax(p, 1)).gather(1, ACTIONS[:, None]).mean()
    ),
    "two embeddings": lambda p, v, f: F.mse_loss(p, f[:, :4]),
    "a rest that is learned": lambda p, v, f: F.mse_loss(v, REWARDS + 0.1 * f.mean(1)),
}


@pytest.mark.parametrize("name", DETACHED)
def test_what_is_detached_or_meant_is_no_fault(name):
    assert attached_said(DETACHED[name]) == []


def test_the_old_probabilities_of_a_copy_have_a_history_and_are_no_fault():
    torch.manual_seed(0)
    policy = nn.Linear(5, 4)
    given, answers = torch.randn(16, 5), []
    for network in (policy, copy.deepcopy(policy)):
        answers.append(network(given))
    loss = -((drawn(answers[0]) - drawn(answers[1])).exp() * REWARDS).mean()
    assert [symptom.rule for symptom in check_attached(loss_nodes(loss, answers))] == []


@pytest.mark.parametrize(("is_copy", "found"), [(True, []), (False, ["optimizer.forgotten_part"])])
def test_a_copy_of_the_policy_need_not_be_held_by_an_optimizer(is_copy, found):
    torch.manual_seed(0)
    policy = nn.Linear(5, 4)
    old = copy.deepcopy(policy) if is_copy else nn.Linear(5, 4)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    with watched({"policy": policy, "old": old}, [optimizer]) as monitor:
        for _ in range(6):
            given = torch.randn(16, 5)
            optimizer.zero_grad()
            new = drawn(policy(given))
            (-(new - drawn(old(given))).exp() * REWARDS).mean().backward()
            optimizer.step()
    assert [one.rule for one in monitor.findings] == found


def judged(modules: dict, optimizers: dict, goal: float, *, detaches: bool = True, steps: int = 8) -> None:
    """A generator that wants its answers to be ``goal``, against a judge that wants 1 for what is real."""
    loss = F.binary_cross_entropy_with_logits
    real, _ = blobs()
    for _ in range(steps):
        for optimizer in optimizers.values():
            optimizer.zero_grad()
        made = modules["maker"](torch.randn(32, 4))
        said = modules["judge"](made.detach() if detaches else made)
        (loss(modules["judge"](real[:32]), torch.ones(32, 1)) + loss(said, torch.zeros(32, 1))).backward()
        optimizers["judge"].step()
        if detaches:
            optimizers["maker"].zero_grad()
        said = modules["judge"](modules["maker"](torch.randn(32, 4)))
        loss(said, torch.full((32, 1), goal)).backward()
        optimizers["maker"].step()


@pytest.mark.parametrize(
    ("goal", "detaches", "found"),
    [
        (1.0, True, []),
        (0.0, True, [("loss.same_goal", "loss")]),
        (1.0, False, [("gradient.both_goals", "maker")]),
    ],
)
def test_a_generator_with_the_goal_of_its_judge_or_its_gradients_is_named(goal, detaches, found):
    modules, optimizers = maker_and_judge()
    with watched(modules, list(optimizers.values())) as monitor:
        judged(modules, optimizers, goal, detaches=detaches)
    assert [(one.rule, one.place) for one in monitor.findings] == found


@pytest.mark.parametrize(("sign", "found"), [(-1, []), (1, ["loss.policy_sign"])])
@pytest.mark.parametrize("weighs_by_loss", [False, True])
def test_a_policy_that_does_less_of_what_was_good_is_named(sign, found, weighs_by_loss):
    torch.manual_seed(0)
    actor, critic = nn.Linear(5, 4), nn.Linear(5, 1)
    optimizers = [torch.optim.SGD(one.parameters(), 0.01) for one in (actor, critic)]
    with watched({"actor": actor, "critic": critic}, optimizers) as monitor:
        for _ in range(6):
            state = torch.randn(16, 5)
            value = critic(state).squeeze(1)
            advantage = (REWARDS - value).detach()
            optimizers[1].zero_grad()
            F.mse_loss(value, REWARDS).backward()
            optimizers[1].step()
            optimizers[0].zero_grad()
            # The negative of an advantage may be what is weighed by.
            weight = -advantage if weighs_by_loss else advantage
            ((-sign if weighs_by_loss else sign) * drawn(actor(state)) * weight).mean().backward()
            optimizers[0].step()
    assert [one.rule for one in monitor.findings] == found


def test_an_optimizer_that_never_steps_is_named_at_the_end():
    modules, optimizers = maker_and_judge()
    with watched(modules, list(optimizers.values())) as monitor:
        for _ in range(45):
            optimizers["maker"].zero_grad()
            modules["judge"](modules["maker"](torch.randn(8, 4))).sigmoid().mean().backward()
            optimizers["maker"].step()
    assert [(one.rule, one.place) for one in monitor.findings] == [("optimizer.idle", "judge")]
