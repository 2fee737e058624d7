"""Several modules, optimizers and losses are one run: silent when it is healthy, and its parts are told apart."""

from itertools import chain

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, diagnose, network, train


def watched(modules: object, optimizers: object) -> TrainingMonitor:
    return TrainingMonitor(modules, optimizers, on_finding=lambda finding: None)


def maker_and_judge() -> tuple[dict[str, nn.Module], dict[str, torch.optim.Optimizer]]:
    torch.manual_seed(0)
    maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 10))
    modules: dict[str, nn.Module] = {"maker": maker, "judge": network(outputs=1)}
    return modules, {name: torch.optim.Adam(module.parameters(), lr=1e-3) for name, module in modules.items()}


def contest(modules: dict, optimizers: dict, *, detached: bool = False, clears: tuple[str, str] = ("judge", "maker")):
    """A generator against a discriminator, sixty steps each, as in every tutorial."""
    real, _ = blobs()
    for _ in range(60):
        made = modules["maker"](torch.randn(32, 4))
        optimizers[clears[0]].zero_grad()
        F.binary_cross_entropy_with_logits(modules["judge"](real[:32]), torch.ones(32, 1)).backward()
        F.binary_cross_entropy_with_logits(modules["judge"](made.detach()), torch.zeros(32, 1)).backward()
        optimizers["judge"].step()
        optimizers[clears[1]].zero_grad()
        judged = modules["judge"](made.detach() if detached else made)
        F.binary_cross_entropy_with_logits(judged, torch.ones(32, 1)).backward()
        optimizers["maker"].step()


def test_an_adversarial_pair_is_one_run_with_two_objectives_and_raises_no_alarm():
    modules, optimizers = maker_and_judge()
    with watched(modules, list(optimizers.values())) as monitor:
        contest(modules, optimizers)
    assert not monitor.findings
    assert [len(history.losses) for history in monitor.histories] == [60, 60]


def test_a_generator_whose_loss_never_reaches_it_is_named():
    modules, optimizers = maker_and_judge()
    with watched(modules, list(optimizers.values())) as monitor:
        contest(modules, optimizers, detached=True)
    assert (monitor.diagnosis().cause.rule, monitor.diagnosis().cause.place) == ("gradient.part_unreached", "maker")


@pytest.mark.parametrize("steps_together", [True, False])
@pytest.mark.parametrize("detached", [True, False])
def test_an_answer_that_is_cut_off_from_its_maker_is_named_beside_a_term_that_reaches_it(detached, steps_together):
    modules, optimizers = maker_and_judge()
    real, _ = blobs()
    with watched(modules, list(optimizers.values())) as monitor:
        for _ in range(20):
            made = modules["maker"](torch.randn(32, 4))
            seen = modules["judge"](torch.cat([real[:32]])), modules["judge"](made.detach())
            own = F.binary_cross_entropy_with_logits(seen[0], torch.ones(32, 1))
            own = own + F.binary_cross_entropy_with_logits(seen[1], torch.zeros(32, 1))
            for optimizer in optimizers.values():
                optimizer.zero_grad()
            if steps_together:
                # Both losses in one: the judge's part of it is detached, as it has to be.
                (own + F.l1_loss(made, real[:32])).backward()
                for optimizer in optimizers.values():
                    optimizer.step()
                continue
            own.backward()
            optimizers["judge"].step()
            optimizers["maker"].zero_grad()
            judged = modules["judge"](made.detach() if detached else made)
            loss = F.binary_cross_entropy_with_logits(judged, torch.ones(32, 1)) + F.l1_loss(made, real[:32])
            loss.backward()
            optimizers["maker"].step()
    found = [(finding.rule, finding.place) for finding in monitor.findings]
    assert found == ([("gradient.cut_answer", "maker")] if detached and not steps_together else [])


def test_gradients_of_the_other_loss_that_pile_up_are_stale():
    modules, optimizers = maker_and_judge()
    with watched(modules, list(optimizers.values())) as monitor:
        contest(modules, optimizers, clears=("maker", "maker"))
    assert [finding.rule for finding in monitor.findings] == ["optimizer.stale_gradients"]


@pytest.mark.parametrize("behind", [[], [nn.Softmax(1)]])
def test_two_modules_under_one_optimizer_are_told_apart_by_their_names(behind):
    torch.manual_seed(0)
    body, head = nn.Sequential(nn.Linear(10, 16), nn.ReLU()), nn.Sequential(nn.Linear(16, 3), *behind)
    optimizer = torch.optim.Adam(chain(body.parameters(), head.parameters()), lr=0.01)
    inputs, labels = blobs()
    with watched({"body": body, "head": head}, optimizer) as monitor:
        for _ in range(60):
            optimizer.zero_grad()
            F.cross_entropy(head(body(inputs[:64])), labels[:64]).backward()
            optimizer.step()
    assert [finding.place for finding in monitor.findings] == (["head.1"] if behind else [])
    assert {"body.0", "head.0"} <= set(monitor.diagnosis().layers)


def test_tasks_that_alternate_have_a_history_each():
    torch.manual_seed(0)
    body, heads = nn.Sequential(nn.Linear(10, 16), nn.ReLU()), nn.ModuleList([nn.Linear(16, 3), nn.Linear(16, 1)])
    optimizer = torch.optim.Adam(chain(body.parameters(), heads.parameters()), lr=0.01)
    inputs, labels = blobs()
    with watched([body, heads], optimizer) as monitor:
        for step in range(120):
            optimizer.zero_grad()
            hidden = body(inputs)
            if step % 2:
                F.mse_loss(heads[1](hidden).squeeze(1), 40.0 * inputs[:, 0]).backward()
            else:
                F.cross_entropy(heads[0](hidden), labels).backward()
            optimizer.step()
    assert not [finding for finding in monitor.findings if finding.severity == "error"]
    assert [len(history.losses) for history in monitor.histories] == [60, 60]


def test_a_teacher_and_a_target_network_beside_the_model_raise_no_alarm():
    student, teacher = network(), network(seed=1)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    inputs, labels = blobs()
    with watched({"student": student, "teacher": teacher}, optimizer) as monitor:
        for _ in range(60):
            optimizer.zero_grad()
            with torch.no_grad():
                given = teacher(inputs)
            answer = student(inputs)
            (F.cross_entropy(answer, labels) + 0.1 * F.mse_loss(answer, given)).backward()
            optimizer.step()
            for slow, fast in zip(teacher.parameters(), student.parameters(), strict=True):
                slow.data.lerp_(fast.data, 0.05)
    assert not monitor.findings


def test_a_part_that_is_unfrozen_later_is_followed():
    model = network()
    optimizer = torch.optim.Adam(model[4].parameters(), lr=0.01)
    with watched(model, optimizer) as monitor:
        train(model, optimizer, F.cross_entropy, *blobs(), steps=30)
        optimizer.add_param_group({"params": list(model[0].parameters())})
        train(model, optimizer, F.cross_entropy, *blobs(), steps=40)
    assert not monitor.findings
    assert {"0.weight", "4.weight"} <= set(monitor.history.sampled[-1].updates)


def normalised(*behind: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), *behind, nn.Linear(32, 3))


def test_normalisation_that_is_frozen_on_purpose_is_no_fault_and_a_model_left_in_evaluation_is():
    frozen = normalised()
    frozen[1].eval()
    assert not diagnose(frozen).findings
    left = normalised(nn.Dropout(0.2)).eval()
    assert [finding.rule for finding in diagnose(left).findings] == ["model.evaluating"]


def penalised(judge: nn.Module, real: Tensor, made: Tensor) -> Tensor:
    between = (0.5 * real + 0.5 * made.detach()).requires_grad_()
    (slope,) = torch.autograd.grad(judge(between).sum(), between, create_graph=True)
    return judge(made.detach()).mean() - judge(real).mean() + 10 * (slope.norm(dim=1) - 1).square().mean()


def test_a_wasserstein_critic_with_several_steps_and_a_gradient_penalty_raises_no_alarm():
    modules, optimizers = maker_and_judge()
    real, _ = blobs()
    with watched(modules, list(optimizers.values())) as monitor:
        for step in range(90):
            optimizers["judge"].zero_grad()
            penalised(modules["judge"], real[:32], modules["maker"](torch.randn(32, 4))).backward()
            optimizers["judge"].step()
            if step % 3 == 2:
                optimizers["maker"].zero_grad()
                (-modules["judge"](modules["maker"](torch.randn(32, 4))).mean()).backward()
                optimizers["maker"].step()
    assert not monitor.findings
    assert [len(history.losses) for history in monitor.histories] == [90, 30]


def test_a_head_put_in_after_the_optimizer_was_made_is_named():
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model[4] = nn.Linear(32, 3)
    with watched(model, optimizer) as monitor:
        train(model, optimizer, F.cross_entropy, *blobs(), steps=5)
    assert [(one.rule, one.place) for one in monitor.findings] == [("optimizer.replaced_part", "4")]


@pytest.mark.parametrize("is_held", [True, False])
def test_a_last_part_in_no_optimizer_is_named_and_a_first_part_left_as_it_is_is_not(is_held):
    torch.manual_seed(0)
    body, head = nn.Sequential(nn.Linear(10, 16), nn.ReLU()), nn.Linear(16, 3)
    optimizer = torch.optim.Adam((head if is_held else body).parameters(), lr=0.01)
    inputs, labels = blobs()
    with watched({"body": body, "head": head}, optimizer) as monitor:
        for _ in range(5):
            optimizer.zero_grad()
            F.cross_entropy(head(body(inputs)), labels).backward()
            optimizer.step()
    assert [(one.rule, one.place) for one in monitor.findings] == (
        [] if is_held else [("optimizer.forgotten_part", "head")]
    )


def test_a_model_that_was_evaluated_before_the_next_one_is_trained_raises_no_alarm():
    inputs, labels = blobs()
    first = nn.Sequential(nn.Linear(inputs.shape[1], 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(first.parameters(), lr=1e-2)
    with watched(first, optimizer) as monitor:
        for _ in range(100):
            optimizer.zero_grad()
            F.cross_entropy(first(inputs), labels).backward()
            optimizer.step()
        first.eval()
        first(inputs)  # without torch.no_grad(), as many do
        second = network()
        F.cross_entropy(second(inputs), labels).backward()
    assert not monitor.findings


def test_an_optimizer_of_a_number_that_no_module_holds_has_no_gradients_to_be_0():
    # The temperature of a soft actor-critic: its loss takes what the policy gave as given.
    inputs, _ = blobs()
    torch.manual_seed(0)
    policy, temperature = nn.Linear(inputs.shape[1], 2), nn.Parameter(torch.zeros(1))
    optimizers = [torch.optim.Adam(policy.parameters(), 1e-3), torch.optim.Adam([temperature], 1e-3)]
    with watched(policy, optimizers) as monitor:
        for _ in range(40):
            entropy = policy(inputs + torch.randn_like(inputs)).square().sum(1)
            for optimizer, loss in zip(
                optimizers, (entropy.mean(), (temperature.exp() * (5 - entropy.detach())).mean()), strict=True
            ):
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert not [finding for finding in monitor.findings if finding.rule == "gradient.zero"]


@pytest.mark.parametrize("is_frozen", [True, False])
def test_an_actors_loss_that_grows_as_its_critic_learns_raises_no_alarm(is_frozen):
    """The critic learns that all returns are negative; in the actor's steps it may be frozen, or not."""
    states, _ = blobs()
    torch.manual_seed(0)
    actor, critic = nn.Linear(10, 10), network(outputs=1)
    nn.init.zeros_(critic[-1].weight)
    nn.init.constant_(critic[-1].bias, -0.02)
    optimizers = [torch.optim.Adam(one.parameters(), 3e-3) for one in (actor, critic)]
    with watched({"actor": actor, "critic": critic}, optimizers) as monitor:
        for _ in range(60):
            actions = torch.tanh(actor(states).detach() + 0.1 * torch.randn(len(states), 10))
            optimizers[1].zero_grad()
            F.mse_loss(critic(states + actions), -3 - actions.square().mean(1, keepdim=True)).backward()
            optimizers[1].step()
            critic.requires_grad_(not is_frozen)
            optimizers[0].zero_grad()
            (-critic(states + torch.tanh(actor(states))).mean()).backward()
            optimizers[0].step()
            critic.requires_grad_(True)
    losses = next(history.losses for history in monitor.histories if history.losses[0] < 0.1)
    assert losses[-1] > 10 * losses[0] > 0
    assert not monitor.findings


def test_a_head_that_the_second_stage_leaves_out_is_named():
    """The first stage's optimizer holds the encoder, too, and steps no more: it contests nothing."""
    torch.manual_seed(0)
    encoder, probe = nn.Sequential(nn.Linear(10, 16), nn.ReLU()), nn.Linear(16, 3)
    tagger = nn.Sequential(encoder, nn.Linear(16, 3))
    inputs, labels = blobs()
    first = torch.optim.Adam(chain(encoder.parameters(), probe.parameters()), lr=0.01)
    with watched({"tagger": tagger, "probe": probe}, first) as monitor:
        for _ in range(30):
            first.zero_grad()
            F.cross_entropy(probe(encoder(inputs)), labels).backward()
            first.step()
        second = torch.optim.Adam(encoder.parameters(), lr=1e-5)
        monitor.add_optimizer(second)
        for _ in range(200):
            second.zero_grad()
            F.cross_entropy(tagger(inputs), (labels + 1) % 3).backward()  # another task
            second.step()
    (cause, *_) = monitor.diagnosis().findings
    assert cause.rule == "optimizer.left_out" and "tagger.1" in cause.sentence
