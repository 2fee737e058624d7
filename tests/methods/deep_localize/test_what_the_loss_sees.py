"""What counts in a loss is read from its graph, and what keeps its gradient from the model is named."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms
from faultloc.methods.deep_localize.hooks.yardstick import Yardstick
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, diagnose, network

STEPS = 25


def one_hot(labels: Tensor) -> Tensor:
    return F.one_hot(labels, 3).float()


def soft_targets() -> tuple[Tensor, Tensor]:
    inputs, _ = blobs()
    weights = 0.3 * torch.randn(10, 3, generator=torch.Generator().manual_seed(1))
    return inputs, (inputs @ weights).softmax(1)


def thresholded(outputs: Tensor, labels: Tensor) -> Tensor:
    kept = outputs.sigmoid().clone()
    kept[kept >= 0.5] = 1.0
    kept[kept < 0.5] = 0.0
    return F.l1_loss(kept, one_hot(labels))


STOPS = {
    "thresholds by assignment": (thresholded, "x[mask]"),
    "rounding": (lambda out, y: F.mse_loss(out.sigmoid().round(), one_hot(y)), "round()"),
    "signs": (lambda out, y: F.mse_loss(out.sign(), one_hot(y)), "sign()"),
}


@pytest.mark.parametrize("name", STOPS)
def test_an_operation_that_stops_the_gradient_is_named(name):
    loss, said = STOPS[name]
    cause = diagnose(network(), loss, steps=STEPS).cause
    assert (cause.rule, cause.place, cause.phase) == ("gradient.stopped", "4", "backward")
    assert said in cause.sentence


def test_a_straight_through_estimator_and_a_threshold_on_one_side_stop_nothing():
    def straight_through(outputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(outputs + (outputs.round() - outputs).detach(), labels)

    def one_sided(outputs: Tensor, labels: Tensor) -> Tensor:
        return F.binary_cross_entropy(outputs.sigmoid().masked_fill(outputs < -4, 0.0), one_hot(labels))

    for loss in (straight_through, one_sided):
        assert not diagnose(network(), loss, steps=STEPS).findings


LOST = {
    "a comparison": (lambda out, y: F.mse_loss((out > 0).float().requires_grad_(), one_hot(y)), "between the output"),
    "a new tensor": (lambda out, y: F.cross_entropy(torch.tensor(out.tolist(), requires_grad=True), y), "between the"),
    "a loss told to have gradients": (lambda out, y: F.cross_entropy(out.detach(), y).requires_grad_(), "by hand"),
}


@pytest.mark.parametrize("name", LOST)
def test_a_loss_without_a_history_is_told_where_it_was_lost(name):
    loss, said = LOST[name]
    diagnosis = diagnose(network(), loss, steps=STEPS)
    assert [finding.rule for finding in diagnosis.findings] == ["gradient.unreached"]
    assert said in diagnosis.cause.sentence


class DetachesItsOutput(nn.Module):
    """A network whose output is data alone."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(10, 32), nn.Linear(32, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.head(self.body(inputs).relu()).data


def test_an_output_that_loses_its_history_inside_the_model_names_the_layer_before():
    torch.manual_seed(0)
    cause = diagnose(DetachesItsOutput(), lambda out, y: F.cross_entropy(out, y).requires_grad_(), steps=STEPS).cause
    assert (cause.rule, cause.place) == ("gradient.unreached", "head")
    assert "inside forward()" in cause.sentence


class TwoHeads(nn.Module):
    """A network for two tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.first, self.second = nn.Linear(10, 32), nn.Linear(32, 3), nn.Linear(32, 3)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.body(inputs).relu()
        return self.first(hidden), self.second(hidden)


def test_a_head_that_no_loss_uses_is_named_when_the_training_is_over():
    torch.manual_seed(0)
    forgotten = diagnose(
        TwoHeads(), lambda out, y: F.cross_entropy(out[0], y) + F.cross_entropy(out[0], y), steps=STEPS
    )
    assert [(one.rule, one.place, one.severity) for one in forgotten.findings] == [
        ("gradient.unused_head", "second", "warning")
    ]


def test_a_head_that_is_trained_later_is_no_fault():
    torch.manual_seed(0)
    calls = iter(range(STEPS))

    def alternating(outputs: tuple[Tensor, Tensor], labels: Tensor) -> Tensor:
        return F.cross_entropy(outputs[next(calls) >= 15], labels)

    assert not diagnose(TwoHeads(), alternating, steps=STEPS).findings


DIVERGENCES = {
    "probabilities": (lambda out, y: F.kl_div(out.softmax(1), y, reduction="batchmean"), "loss.no_logarithm"),
    "raw outputs": (lambda out, y: F.kl_div(out, y, reduction="sum"), "loss.no_logarithm"),
    "targets first": (lambda out, y: F.kl_div(y, out.softmax(1), reduction="batchmean"), "loss.swapped"),
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_a_divergence_of_what_is_no_logarithm_is_found(name):
    loss, rule = DIVERGENCES[name]
    assert diagnose(network(), loss, data=soft_targets(), steps=STEPS).cause.rule == rule


@pytest.mark.parametrize(
    ("behind", "loss", "phase"),
    [
        ([], lambda out, y: F.kl_div(out.softmax(1), y, reduction="batchmean"), ("loss", "loss")),
        ([nn.Softmax(1)], lambda out, y: F.kl_div(out, y, reduction="batchmean"), ("forward", "5")),
    ],
)
def test_a_softmax_is_the_losss_where_the_loss_takes_it_and_the_models_where_a_layer_is_one(behind, loss, phase):
    cause = diagnose(network(*behind), loss, data=soft_targets(), steps=STEPS).cause
    assert (cause.rule, cause.phase, cause.place) == ("loss.no_logarithm", *phase)


@pytest.mark.parametrize(
    "loss",
    [
        lambda out, y: F.kl_div(out.log_softmax(1), y, reduction="batchmean"),
        lambda out, y: F.kl_div(out.log_softmax(1), y.log(), reduction="batchmean", log_target=True),
        lambda out, y: F.kl_div(y.log(), out.softmax(1), reduction="batchmean"),
    ],
    ids=["logarithms", "log_target", "the other direction"],
)
def test_a_divergence_as_it_is_meant_raises_no_alarm(loss):
    assert not diagnose(network(), loss, data=soft_targets()).findings


COUNTED = {
    "a mask by hand": lambda out, y, mask: (F.cross_entropy(out, y, reduction="none") * mask).sum() / mask.sum(),
    "rows chosen": lambda out, y, mask: F.cross_entropy(out[mask], y[mask]),
    "ignored labels": lambda out, y, mask: F.cross_entropy(out, torch.where(mask, y, -100)),
    "masked_select": lambda out, y, mask: F.cross_entropy(out, y, reduction="none").masked_select(mask).mean(),
}


@pytest.mark.parametrize("name", COUNTED)
def test_progress_is_taken_over_the_targets_that_count(name):
    """Where it counts, the model knows half of two classes; where it does not, it is as wrong as can be."""
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    mask = labels < 2
    outputs = torch.zeros(6, 3)
    outputs[range(4), labels[:4]] = 2.0
    outputs[4:, 0] = 50.0
    outputs.requires_grad_()
    (term,) = loss_terms(COUNTED[name](outputs, labels, mask), ())
    expected = F.cross_entropy(outputs[mask], labels[mask]) / torch.log(torch.tensor(2.0))
    measured = Yardstick().look(term, term.target)
    assert measured.relative == pytest.approx(float(expected), rel=1e-5)


def test_the_guess_of_a_weighted_loss_is_weighted_as_well():
    labels = torch.tensor([0] * 90 + [1] * 10)
    outputs = torch.zeros(100, 2, requires_grad=True)
    (term,) = loss_terms(F.cross_entropy(outputs, labels, weight=torch.tensor([1.0, 9.0])), ())
    assert Yardstick().look(term, term.target).relative == pytest.approx(1.0, rel=1e-5)


def test_soft_targets_are_measured_from_what_nobody_can_get_under():
    _, targets = soft_targets()
    right, guess = targets.log().requires_grad_(), targets.mean(0).log().expand_as(targets).clone().requires_grad_()
    for outputs, expected in ((right, 0.0), (guess, 1.0)):
        (term,) = loss_terms(F.cross_entropy(outputs, targets), ())
        assert Yardstick().look(term, term.target).relative == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "loss",
    [
        lambda out, y: (
            (1 - torch.exp(-F.cross_entropy(out, y, reduction="none"))) ** 2 * F.cross_entropy(out, y)
        ).mean(),
        lambda out, y: (F.cross_entropy(out, y, reduction="none") * torch.linspace(-1, 1, len(y))).mean(),
    ],
    ids=["weights of the model's own", "advantages of both signs"],
)
def test_where_the_weights_tell_nothing_there_is_no_yardstick(loss):
    inputs, labels = blobs()
    terms = loss_terms(loss(network()(inputs[:32]), labels[:32]), ())
    assert terms
    for term in terms:
        assert Yardstick().look(term, term.target).relative is None


def test_targets_that_move_with_the_model_give_no_yardstick():
    generator = torch.Generator().manual_seed(0)
    moving, standing = Yardstick(), Yardstick()
    for look in range(12):
        target = torch.randn(32, 1, generator=generator)
        for yardstick, shift in ((moving, float(look)), (standing, 0.0)):
            (term,) = loss_terms(F.smooth_l1_loss(torch.zeros(32, 1, requires_grad=True), target + shift), ())
            measured = yardstick.look(term, term.target)
            assert shift == 0 or look < 6 or measured.relative is None
    assert measured.relative == pytest.approx(1.0, abs=0.5)


def test_a_class_that_does_not_count_and_a_mask_that_is_inverted_are_found():
    left_out = diagnose(network(), lambda out, y: F.cross_entropy(out, y, ignore_index=0), steps=STEPS)
    assert [one.rule for one in left_out.findings] == ["loss.class_left_out"]

    def over_padding(outputs: Tensor, labels: Tensor) -> Tensor:
        padded = labels == 0
        return (F.cross_entropy(outputs, labels, reduction="none") * padded).sum() / padded.sum()

    assert diagnose(network(), over_padding, steps=STEPS).cause.rule == "loss.mask_inverted"


WRONG = {
    "class numbers": (3, lambda out, y: F.mse_loss(out, y[:, None].float()), "loss.class_numbers"),
    "means": (1, lambda out, y: F.mse_loss(out.mean(), y.float().mean()), "loss.of_means"),
    "one score": (1, lambda out, y: F.cross_entropy(out, 0 * y), "output.one_unit_softmax"),
    "a logarithm twice": (
        3,
        lambda out, y: F.kl_div(one_hot(y), out.log_softmax(1), reduction="batchmean"),
        "loss.swapped",
    ),
    "targets as logarithms": (
        3,
        lambda out, y: F.kl_div(out.log_softmax(1), one_hot(y).log_softmax(1), reduction="batchmean"),
        "loss.log_target",
    ),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_a_loss_that_compares_the_wrong_things_is_found(name):
    units, loss, rule = WRONG[name]
    assert diagnose(network(outputs=units), loss, steps=5).cause.rule == rule


def test_a_loss_that_hangs_on_the_weights_alone_is_found():
    model = network()

    def penalty(outputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(outputs.detach(), labels) + 1e-3 * model[0].weight.square().sum()

    assert diagnose(model, penalty, steps=STEPS).cause.rule == "gradient.unreached"
    sound = network()

    def penalised(outputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(outputs, labels) + 1e-3 * sound[0].weight.square().sum()

    assert not diagnose(sound, penalised, steps=STEPS).findings


def test_a_policy_gradient_may_be_negative():
    def reinforce(outputs: Tensor, actions: Tensor) -> Tensor:
        return (F.cross_entropy(outputs, actions, reduction="none") * torch.linspace(-3, -1, len(actions))).mean()

    model = network()
    assert not diagnose(model, reinforce, torch.optim.SGD(model.parameters(), lr=1e-4), steps=STEPS).findings


def binary_by_hand(outputs: Tensor, wanted: Tensor) -> Tensor:
    given = outputs.sigmoid()
    return -(5 * wanted * torch.log(given + 1e-7) + (1 - wanted) * torch.log(1 - given + 1e-7)).mean()


def test_a_binary_cross_entropy_by_hand_may_weigh_yes_and_must_not_broadcast():
    inputs, labels = blobs()
    wanted = (labels > 0).float()
    assert not diagnose(network(outputs=1), binary_by_hand, data=(inputs, wanted[:, None]), steps=STEPS).findings
    model = network(nn.Sigmoid(), outputs=1)

    def by_hand(outputs: Tensor, targets: Tensor) -> Tensor:
        return -(targets * torch.log(outputs + 1e-7) + (1 - targets) * torch.log(1 - outputs + 1e-7)).mean()

    assert diagnose(model, by_hand, data=(inputs, wanted), steps=STEPS).cause.rule == "loss.broadcast"


@pytest.mark.parametrize(
    ("activation", "log_input", "is_told"),
    [(nn.Softplus(), True, True), (nn.ReLU(), True, True), (nn.Softplus(), False, False), (nn.Identity(), True, False)],
)
def test_rates_that_a_poisson_loss_takes_for_their_logarithms_are_named(activation, log_input, is_told):
    inputs, _ = blobs()
    counts = torch.poisson(inputs[:, :1].exp().clamp(max=20), generator=torch.Generator().manual_seed(0))
    criterion = nn.PoissonNLLLoss(log_input=log_input)
    found = diagnose(network(activation, outputs=1), criterion, data=(inputs, counts), steps=5).findings
    assert [(one.rule, one.place) for one in found] == ([("loss.log_rate", "loss")] if is_told else [])


@pytest.mark.parametrize(("activation", "is_told"), [(nn.ReLU, True), (nn.Tanh, False)])
def test_an_equation_of_second_derivatives_needs_a_network_that_has_them(activation, is_told):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 32), activation(), nn.Linear(32, 32), activation(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(20):
            x = torch.rand(32, 1, requires_grad=True)
            u = model(x)
            (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
            (bend,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
            optimizer.zero_grad()
            (
                (bend + torch.sin(3 * x)).square().mean() + 10 * model(torch.tensor([[0.0], [1.0]])).square().mean()
            ).backward()
            optimizer.step()
    assert ("model.flat_derivative" in [one.rule for one in monitor.findings]) == is_told
    assert is_told or not monitor.findings
