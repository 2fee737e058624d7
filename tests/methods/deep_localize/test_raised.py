"""What is known of an error that ends a training: its cause as a finding, with the place and the line to do."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.raised.explain import explain_error
from tests.methods.deep_localize.sentences import assert_readable

Step = Callable[[nn.Module, Tensor, Tensor], Tensor]


class Digits(nn.Module):
    """Eight values through a hidden layer into ten classes; what goes in passes ``first`` untouched."""

    def __init__(self, hidden: int = 16, *, first: nn.Module | None = None, width: int = 16) -> None:
        super().__init__()
        self.first = first or nn.Identity()
        self.fc1 = nn.Linear(8, hidden)
        self.act = nn.ReLU()
        self.fc2 = nn.Linear(width, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.fc2(self.act(self.fc1(self.first(inputs))))


def ended(step: Step, model: nn.Module | None = None, inputs: Tensor | None = None) -> Diagnosis:
    """What is said of a training whose ``step`` raises."""
    torch.manual_seed(0)
    model = model or Digits()
    inputs = torch.randn(12, 8) if inputs is None else inputs
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None)
    with pytest.raises((RuntimeError, ValueError, IndexError)), monitor:
        for _ in range(2):
            optimizer.zero_grad()
            step(model, inputs, torch.arange(12) % 10).backward()
            optimizer.step()
    return monitor.diagnosis()


def classify(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(model(inputs), labels)


def changes_its_weights(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    loss = classify(model, inputs, labels)
    with torch.no_grad():
        model.fc2.weight.mul_(0.9)
    return loss


def changes_an_activation(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    hidden = torch.sigmoid(model.fc1(inputs))
    hidden += 1
    return F.cross_entropy(model.fc2(hidden), labels)


class Carried:
    """A loss that keeps growing over the steps."""

    def __init__(self) -> None:
        self.total: Tensor | float = 0.0

    def __call__(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        self.total = self.total + classify(model, inputs, labels)
        return self.total


class Stateful(nn.Module):
    """A recurrent network that goes on from the last batch's state."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(8, 16, batch_first=True)
        self.head = nn.Linear(16, 10)
        self.state: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        outputs, self.state = self.rnn(inputs[:, None], self.state)
        return self.head(outputs[:, -1])


def binary(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(model(inputs)[:, :1], (labels > 4).float())


ENDINGS: dict[str, tuple[Step, Callable[[], nn.Module] | None, Tensor | None, str, str, str]] = {
    "a label beyond the outputs": (
        lambda m, x, y: classify(m, x, y + 4), None, None, "labels.beyond_outputs", "labels", "here 14 or more",
    ),
    "labels from 1": (
        lambda m, x, y: classify(m, x, y + 1), None, None, "labels.beyond_outputs", "labels", "labels = labels - 1",
    ),
    "a label of -1": (
        lambda m, x, y: classify(m, x, y - 1), None, None, "labels.beyond_outputs", "labels", "ignore_index=-1",
    ),
    "a linear layer of another width": (
        classify, lambda: Digits(width=20), None, "forward.shape", "fc2", "nn.Linear(16, 10)",
    ),
    "images that are not flattened": (
        classify, Digits, torch.randn(12, 1, 2, 4), "forward.shape", "fc1", "x.flatten(1)",
    ),
    "channels last": (
        classify, lambda: Digits(first=nn.Conv2d(3, 1, 1)), torch.randn(12, 2, 4, 3),
        "forward.shape", "first", "x.permute(0, 3, 1, 2)",
    ),
    "no axis of channels": (
        classify, lambda: Digits(first=nn.Conv2d(1, 1, 1)), torch.randn(12, 2, 4),
        "forward.shape", "first", "x.unsqueeze(1)",
    ),
    "other channels": (
        classify, lambda: Digits(first=nn.Conv2d(3, 1, 1)), torch.randn(12, 1, 2, 4),
        "forward.shape", "first", "Conv2d(1, 1, ...)",
    ),
    "a recurrent layer of another width": (
        classify, lambda: Digits(first=nn.LSTM(5, 8)), None, "forward.shape", "first", "LSTM(8, 8, ...)",
    ),
    "double precision": (
        classify, None, torch.randn(12, 8).double(), "input.type", "input", "inputs.float()",
    ),
    "an index beyond the embedding": (
        classify, lambda: nn.Sequential(nn.Embedding(5, 8), nn.Flatten(), nn.Linear(64, 10)),
        torch.arange(96).view(12, 8) % 9, "input.index", "input", "nn.Embedding(9, 8)",
    ),
    "class labels that are floats": (
        lambda m, x, y: classify(m, x, y.float()), None, None, "labels.type", "labels", "labels.long()",
    ),
    "targets of a regression that are integers": (
        lambda m, x, y: F.binary_cross_entropy_with_logits(m(x)[:, 0], y), None, None,
        "labels.type", "labels", "labels.float()",
    ),
    "labels with an axis too many": (
        lambda m, x, y: classify(m, x, y[:, None]), None, None, "loss.shape", "loss", "labels.squeeze(1)",
    ),
    "binary targets without the outputs' axis": (
        binary, None, None, "loss.shape", "loss", "labels.view_as(outputs)",
    ),
    "a batch that became another": (
        lambda m, x, y: classify(m, x.view(6, 2, 8)[:, 0], y), None, None,
        "loss.shape", "loss", "one row for each sample",
    ),
    "probabilities that are none": (
        lambda m, x, y: F.binary_cross_entropy(m(x)[:, 0], (y > 4).float()), None, None,
        "loss.no_probability", "model", "nn.Sigmoid()",
    ),
    "one sample in batch normalisation": (
        classify, lambda: Digits(first=nn.BatchNorm1d(8)), torch.randn(1, 8),
        "model.one_sample", "first", "drop_last=True",
    ),
    "a loss without a graph": (
        lambda m, x, y: (m(x).argmax(1) == y).float().mean(), None, None, "gradient.unreached", "loss", "argmax",
    ),
    "a frozen model": (
        classify, lambda: Digits().requires_grad_(False), None, "gradient.unreached", "model", "requires_grad = True",
    ),
    "a loss of many values": (
        lambda m, x, y: F.cross_entropy(m(x), y, reduction="none"), None, None,
        "loss.many_values", "loss", "loss.mean()",
    ),
    "a loss that carries on": (Carried(), None, None, "gradient.second_backward", "loss", "loss.item()"),
    "a state that carries on": (classify, Stateful, None, "gradient.second_backward", "rnn", "hidden.detach()"),
    "weights changed before backward": (
        changes_its_weights, None, None, "gradient.inplace", "fc2", "before the first optimizer.step()",
    ),
    "an activation changed in place": (
        changes_an_activation, None, None, "gradient.inplace", "model", "x = x + y",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_the_cause_of_an_error_is_a_finding_with_its_place_and_the_line_to_do(name):
    step, make, inputs, rule, place, line = ENDINGS[name]
    diagnosis = ended(step, make() if make else None, inputs)
    found = [(one.rule, one.place) for one in diagnosis.findings]
    assert (rule, place) in found, diagnosis.summary
    assert line in next(one.advice for one in diagnosis.findings if one.rule == rule)
    for finding in diagnosis.findings:
        assert_readable(finding)
    assert "no fault found" not in diagnosis.summary
    assert "watched before" in diagnosis.headline


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Torch not compiled with CUDA enabled", "model.no_gpu"),
        ("Expected all tensors to be on the same device, but found at least two devices", "input.device"),
        ("optimizer got an empty parameter list", "optimizer.no_parameters"),
    ],
)
def test_what_is_wrong_beside_the_model_is_known_by_its_words(words, rule):
    assert explain_error(RuntimeError(words)).rule == rule


@pytest.mark.parametrize("error", [KeyError("image"), FileNotFoundError("data.csv"), RuntimeError("no such shelf")])
def test_of_an_error_that_is_not_known_nothing_is_claimed(error):
    def fails(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        raise error

    assert explain_error(error) is None
    with pytest.raises(type(error)), TrainingMonitor(Digits(), torch.optim.SGD(Digits().parameters())) as monitor:
        fails(Digits(), torch.zeros(1), torch.zeros(1))
    assert monitor.diagnosis().findings == []
    assert type(error).__name__ in monitor.diagnosis().headline
