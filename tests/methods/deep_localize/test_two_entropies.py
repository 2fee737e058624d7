"""Mixed inputs whose two labels share the loss, and classifications in time."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, network


def mixed(loss_of: Callable[[Tensor, Tensor, Tensor, float], Tensor], seed: int, *, least: float = 0.5) -> list[str]:
    """What is said of a training on two samples' mixtures; ``least`` is the smallest share of the first."""
    inputs, labels = blobs(seed=seed)
    generator = torch.Generator().manual_seed(seed)
    model = network(seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(200):
            rows = slice(32 * step % 320, 32 * step % 320 + 32)
            x, y = inputs[rows], labels[rows]
            share = least + (1 - least) * float(torch.rand(1, generator=generator))
            order = torch.randperm(len(x), generator=generator)
            optimizer.zero_grad()
            loss_of(model(share * x + (1 - share) * x[order]), y, y[order], share).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def as_published(outputs: Tensor, own: Tensor, other: Tensor, share: float) -> Tensor:
    return share * F.cross_entropy(outputs, own) + (1 - share) * F.cross_entropy(outputs, other)


def exchanged(outputs: Tensor, own: Tensor, other: Tensor, share: float) -> Tensor:
    return share * F.cross_entropy(outputs, other) + (1 - share) * F.cross_entropy(outputs, own)


@pytest.mark.parametrize("seed", range(2))
def test_shares_that_go_to_the_other_label_are_named(seed):
    assert "loss.exchanged_shares" in mixed(exchanged, seed)


@pytest.mark.parametrize("least", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(2))
def test_shares_that_go_to_their_own_label_raise_no_alarm(seed, least):
    assert not mixed(as_published, seed, least=least)


@pytest.mark.parametrize("seed", range(2))
def test_a_second_label_of_a_share_that_never_changes_raises_no_alarm(seed):
    # Noisy labels of one source may count more than clean ones of another.
    assert "loss.exchanged_shares" not in mixed(lambda *of: exchanged(*of[:3], 0.7), seed)


@pytest.mark.parametrize("seed", range(2))
def test_an_auxiliary_entropy_beside_the_whole_loss_raises_no_alarm(seed):
    def beside(outputs: Tensor, own: Tensor, other: Tensor, share: float) -> Tensor:
        return F.cross_entropy(outputs, own) + 0.2 * share * F.cross_entropy(outputs, other)

    assert "loss.exchanged_shares" not in mixed(beside, seed)


def in_time(*behind: nn.Module, scale: float = 1.0) -> list[tuple[str, str]]:
    """What is said of a classification in time whose model ends in ``behind``."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 5), *behind)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    lengths = torch.full((8,), 12), torch.full((8,), 4)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(4):
            outputs = model(torch.randn(8, 12, 6)).transpose(0, 1)
            optimizer.zero_grad()
            (scale * F.ctc_loss(outputs, torch.randint(1, 5, (8, 4)), *lengths)).backward()
            optimizer.step()
    return [(one.rule, one.place) for one in monitor.findings]


@pytest.mark.parametrize("behind", [[], [nn.Softmax(-1)]])
def test_a_classification_in_time_of_no_logarithms_is_named(behind):
    assert in_time(*behind) == [("loss.no_log_softmax", "3" if behind else "2")]


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_a_classification_in_time_of_logarithms_raises_no_alarm(scale):
    assert not in_time(nn.LogSoftmax(-1), scale=scale)
