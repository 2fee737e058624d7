"""Each rule finds its fault, names its place, and is silent about the same loop without it."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.methods.deep_localize.loops import blobs, diagnose, network


def one_hot(labels: Tensor) -> Tensor:
    return F.one_hot(labels, 3).float()


def by_hand(outputs: Tensor, labels: Tensor) -> Tensor:
    return -(one_hot(labels) * outputs.clamp(1e-7, 1 - 1e-7).log()).sum(1).mean()


def binary_by_hand(outputs: Tensor, labels: Tensor) -> Tensor:
    wanted, given = one_hot(labels), outputs.clamp(1e-7, 1 - 1e-7)
    return -(wanted * given.log() + (1 - wanted) * (1 - given).log()).mean()


CONTRACTS = {
    "loss.double_softmax": (lambda: network(nn.Softmax(1)), F.cross_entropy, "5"),
    "loss.activation": (lambda: network(nn.ReLU()), F.cross_entropy, "5"),
    "loss.double_sigmoid": (
        lambda: network(nn.Sigmoid()),
        lambda out, y: F.binary_cross_entropy_with_logits(out, one_hot(y)),
        "5",
    ),
    "loss.no_log_softmax": (network, F.nll_loss, "4"),
    "loss.no_probabilities": (lambda: network(nn.Sigmoid()), by_hand, "5"),
    "loss.no_probability": (network, binary_by_hand, "4"),
    "output.softmax_axis": (lambda: network(nn.Softmax(0)), by_hand, "5"),
    "output.one_unit_softmax": (
        lambda: network(nn.Softmax(1), outputs=1),
        lambda out, y: F.binary_cross_entropy(out, (y[:, None] > 0).float()),
        "5",
    ),
    "output.range": (
        lambda: network(nn.Sigmoid(), outputs=1),
        lambda out, y: F.mse_loss(out, 3.0 * y[:, None]),
        "5",
    ),
    "labels.range": (
        lambda: network(outputs=1),
        lambda out, y: F.binary_cross_entropy_with_logits(out, y[:, None].float()),
        "labels",
    ),
    "loss.negative": (network, lambda out, y: -F.cross_entropy(out, y), "loss"),
}


@pytest.mark.parametrize("rule", CONTRACTS)
def test_a_broken_contract_is_the_cause_found_at_the_first_step(rule):
    make, loss, place = CONTRACTS[rule]

    cause = diagnose(make(), loss).cause

    assert (cause.rule, cause.place, cause.step, cause.severity) == (rule, place, 0, "error")


KEPT = {
    "logits and cross-entropy": (network, F.cross_entropy),
    "label smoothing": (network, lambda out, y: F.cross_entropy(out, y, label_smoothing=0.1)),
    "soft targets": (network, lambda out, y: F.cross_entropy(out, one_hot(y))),
    "log-softmax and likelihood": (lambda: network(nn.LogSoftmax(1)), F.nll_loss),
    "softmax and a cross-entropy by hand": (lambda: network(nn.Softmax(1)), by_hand),
    "sigmoid and a binary cross-entropy by hand": (lambda: network(nn.Sigmoid()), binary_by_hand),
    "sigmoid and binary cross-entropy": (
        lambda: network(nn.Sigmoid()),
        lambda out, y: F.binary_cross_entropy(out, one_hot(y)),
    ),
    "regression on one-hot rows": (network, lambda out, y: F.mse_loss(out, one_hot(y))),
    "regression by hand": (network, lambda out, y: ((one_hot(y) - out) ** 2).mean()),
    "softmax and squares": (lambda: network(nn.Softmax(1)), lambda out, y: F.mse_loss(out, one_hot(y))),
    "a loss of two terms": (network, lambda out, y: F.cross_entropy(out, y) - 0.01 * out.softmax(1).std()),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_contract_that_is_kept_raises_no_alarm(name):
    make, loss = KEPT[name]

    diagnosis = diagnose(make(), loss)

    assert not diagnosis.findings, diagnosis.summary


@pytest.mark.parametrize(
    "loss",
    [F.mse_loss, lambda out, y: ((out - y) ** 2).mean(), lambda out, y: F.l1_loss(out, y)],
    ids=["mse", "hand", "l1"],
)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_targets_of_another_shape_are_found(loss):
    inputs, labels = blobs()
    values = inputs[:, 0] + labels

    assert diagnose(network(outputs=1), loss, data=(inputs, values)).cause.rule == "loss.broadcast"
    assert not diagnose(network(outputs=1), loss, data=(inputs, values[:, None])).findings


def test_an_optimizer_of_another_network_is_found():
    model = network()
    cause = diagnose(model, optimizer=torch.optim.SGD(network().parameters(), lr=0.1)).cause
    assert (cause.rule, cause.step) == ("optimizer.other_parameters", 0)


def test_gradients_that_are_never_cleared_are_found():
    model = network()
    assert diagnose(model, zero=False).cause.rule == "optimizer.stale_gradients"


def test_gradients_that_are_cleared_too_late_are_found():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss(outputs: Tensor, labels: Tensor) -> Tensor:
        value = F.cross_entropy(outputs, labels)
        value.register_hook(lambda _: None)
        return value

    optimizer.register_step_pre_hook(lambda one, *_: one.zero_grad())
    assert diagnose(model, loss, optimizer).cause.rule == "gradient.none"


class Cut(nn.Module):
    """A network whose middle is detached."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(10, 32), nn.Linear(32, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.last(self.first(inputs).relu().detach())


def test_a_cut_gradient_path_names_the_layer_before_the_cut():
    torch.manual_seed(0)
    cause = diagnose(Cut()).cause
    assert (cause.rule, cause.place, cause.phase) == ("gradient.cut", "first", "backward")


class Unused(nn.Module):
    """A network with a second head that the loss does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.spare, self.head = nn.Linear(10, 32), nn.Linear(32, 5), nn.Linear(32, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.body(inputs).relu()
        self.spare(hidden)
        return self.head(hidden)


def test_a_head_that_the_loss_does_not_use_is_no_cut():
    torch.manual_seed(0)
    assert not diagnose(Unused()).findings


def test_a_step_that_never_comes_is_found():
    model = network()
    inputs, labels = blobs()
    from faultloc.methods.deep_localize.monitor import TrainingMonitor

    monitor = TrainingMonitor(model, torch.optim.SGD(model.parameters(), lr=0.1), on_finding=lambda _: None).attach()
    for _ in range(60):
        model.zero_grad()
        F.cross_entropy(model(inputs), labels).backward()
    assert monitor.close().cause.rule == "optimizer.never_steps"


@pytest.mark.parametrize(("bad", "rule"), [(float("nan"), "input.nonfinite"), (float("inf"), "input.nonfinite")])
def test_inputs_that_are_no_numbers_are_named_and_not_the_layer_they_break(bad, rule):
    inputs, labels = blobs()
    inputs[40, 3] = bad  # in the second batch
    finding = diagnose(network(), data=(inputs, labels)).cause
    assert (finding.rule, finding.place, finding.step) == (rule, "input", 1)


class Root(nn.Module):
    """The root of a square that may be zero, as in a norm: its gradient at 0 is no number."""

    def forward(self, inputs: Tensor) -> Tensor:
        return (inputs * (inputs > 0)).square().sqrt()


class Logarithm(nn.Module):
    """The logarithm of what may be zero."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.relu().log()


def test_the_first_layer_whose_output_is_no_number_is_named():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 32), Logarithm(), nn.Linear(32, 3))
    cause = diagnose(model).cause
    assert (cause.rule, cause.place, cause.step) == ("forward.nonfinite", "1", 0)


def test_gradients_that_are_no_numbers_name_the_layer_they_begin_in():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 32), Root(), nn.Linear(32, 3))
    cause = diagnose(model).cause
    assert (cause.rule, cause.place, cause.step) == ("gradient.nonfinite", "0", 0)


@pytest.mark.parametrize("loss", [lambda out, y: (out.softmax(1)[:, 0] - 2).log().mean() + F.cross_entropy(out, y)])
def test_a_loss_that_is_no_number_is_found_where_all_outputs_are(loss):
    assert diagnose(network(), loss).cause.rule == "loss.nonfinite"


def test_a_learning_rate_that_is_too_high_stands_before_what_it_kills():
    model = network()
    diagnosis = diagnose(model, optimizer=torch.optim.Adam(model.parameters(), lr=3.0))
    assert diagnosis.cause.rule == "optimizer.rate_too_high"


def test_a_rate_that_makes_the_loss_infinite_is_the_cause_of_it():
    inputs, _ = blobs()
    model = network(outputs=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
    diagnosis = diagnose(model, F.mse_loss, optimizer, (inputs, inputs[:, :1] * 3))
    assert diagnosis.cause.rule == "optimizer.rate_too_high"


@pytest.mark.parametrize("lr", [1e-6, 1e-7])
def test_a_learning_rate_that_is_too_low_is_found(lr):
    model = network()
    cause = diagnose(model, optimizer=torch.optim.Adam(model.parameters(), lr=lr)).cause
    assert (cause.rule, cause.severity) == ("optimizer.rate_too_low", "warning")


def test_units_that_never_answer_are_found():
    model = network()
    nn.init.constant_(model[2].bias, -100.0)
    cause = diagnose(model).cause
    assert (cause.rule, cause.place) == ("activation.dead", "3")


def test_copies_of_one_unit_are_found():
    model = network()
    nn.init.constant_(model[2].weight, 0.1)
    nn.init.zeros_(model[2].bias)
    nn.init.constant_(model[4].weight, 0.1)
    cause = diagnose(model).cause
    assert (cause.rule, cause.place) == ("weights.constant", "2")


def test_a_last_layer_that_begins_at_zero_is_no_fault():
    model = network()
    nn.init.zeros_(model[4].weight)
    assert not diagnose(model).findings


def test_inputs_out_of_scale_are_found_unless_the_model_normalises_them():
    inputs, labels = blobs()
    far = (10_000 * inputs, labels)
    assert diagnose(network(), data=far).cause.rule == "input.scale"
    torch.manual_seed(0)
    normalising = nn.Sequential(nn.BatchNorm1d(10), *network())
    assert not diagnose(normalising, data=far).findings


def test_large_inputs_that_a_model_learns_from_are_no_fault():
    inputs, labels = blobs()
    assert not diagnose(network(), data=(100 * inputs, labels)).findings


def test_large_inputs_are_the_cause_where_a_model_does_not_learn():
    inputs, labels = blobs()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 32), nn.Sigmoid(), nn.Linear(32, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    assert diagnose(model, optimizer=optimizer, data=(100 * inputs, labels)).cause.rule == "input.scale"


def test_one_label_alone_is_found():
    inputs, labels = blobs()
    assert diagnose(network(), data=(inputs, torch.zeros_like(labels)), steps=200).cause.rule == "labels.single"


@pytest.mark.parametrize("has_both", [True, False])
def test_samples_of_one_kind_alone_are_found_and_told_of_the_other(has_both):
    inputs, labels = blobs(samples=3200)
    yes = (labels == 0).float() if has_both else torch.ones(len(labels))
    loss = nn.BCEWithLogitsLoss()
    found = diagnose(network(outputs=1), lambda out, y: loss(out[:, 0], y), data=(inputs, yes), steps=750).findings
    assert [one.rule for one in found] == ([] if has_both else ["labels.single"])
    assert has_both or "negative sampling" in found[0].advice


class Compared(nn.Module):
    """Which of two samples stands higher, as RankNet has it: by the difference of their scores."""

    def __init__(self, *, is_probability: bool) -> None:
        super().__init__()
        self.score, self.is_probability = network(outputs=1), is_probability

    def forward(self, pair: Tensor) -> Tensor:
        apart = (self.score(pair[:, 0]) - self.score(pair[:, 1]))[:, 0]
        return apart.sigmoid() if self.is_probability else apart


@pytest.mark.parametrize("is_probability", [True, False])
def test_pairs_that_all_come_in_their_right_order_are_no_samples_of_one_kind(is_probability):
    inputs, _ = blobs(samples=3200)
    higher = inputs.sort(0, descending=True).values
    pairs = torch.stack([higher[:1600], higher[1600:]], 1)
    loss = nn.BCELoss() if is_probability else nn.BCEWithLogitsLoss()
    model = Compared(is_probability=is_probability)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    found = diagnose(model, loss, optimizer=optimizer, data=(pairs, torch.ones(1600)), steps=750).findings
    assert "labels.single" not in [one.rule for one in found]


@pytest.mark.parametrize("is_density", [True, False])
def test_a_densitys_distance_from_0_is_no_single_target(is_density):
    torch.manual_seed(0)
    model = nn.Linear(4, 4)
    inputs = torch.randn(400, 4)
    base = torch.distributions.Normal(0.0, 1.0)

    def loss(out: Tensor, y: Tensor) -> Tensor:
        volume = torch.linalg.slogdet(model.weight).logabsdet
        return -base.log_prob(out).sum(1).mean() - volume if is_density else F.mse_loss(out, torch.zeros_like(out))

    found = [one.rule for one in diagnose(model, loss, data=(inputs, inputs), steps=60).findings]
    assert ("labels.single" in found) is not is_density


def test_inputs_that_never_differ_are_found():
    inputs, labels = blobs()
    cause = diagnose(network(), data=(torch.ones_like(inputs), labels)).cause
    assert cause.rule == "input.constant"


def test_labels_that_do_not_belong_to_the_inputs_are_found():
    generator = torch.Generator().manual_seed(1)
    inputs, labels = torch.randn(6400, 10, generator=generator), torch.randint(0, 3, (6400,), generator=generator)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    cause = diagnose(model, optimizer=optimizer, data=(inputs, labels), steps=120).cause
    assert (cause.rule, cause.severity) == ("labels.unrelated", "warning")


def test_training_in_evaluation_mode_is_found():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3)).eval()
    assert diagnose(model).cause.rule == "model.evaluating"


def test_an_optimizer_that_makes_the_loss_large_is_found():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, maximize=True)
    assert diagnose(model, optimizer=optimizer).cause.rule == "optimizer.maximizes"
