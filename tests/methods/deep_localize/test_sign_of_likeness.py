"""Likenesses of outputs and targets that a loss makes small, and the same ones that it makes large."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import network

Loss = Callable[[Tensor, Tensor], Tensor]


def rules(loss_of: Loss, targets: Tensor, outputs: int = 6) -> list[str]:
    model, inputs = network(outputs=outputs), torch.randn(24, 10, generator=torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(3):
            optimizer.zero_grad()
            loss_of(model(inputs), targets).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


LABELS = torch.arange(24) % 6
VALUES = torch.randn(24, 6, generator=torch.Generator().manual_seed(1))
MASK = (VALUES > 0).float()


def gathered(outputs: Tensor, labels: Tensor) -> Tensor:
    return F.log_softmax(outputs, 1).gather(1, labels[:, None]).mean()


def indexed(outputs: Tensor, labels: Tensor) -> Tensor:
    return F.log_softmax(outputs, 1)[torch.arange(len(labels)), labels].sum() / len(labels)


def cosine(outputs: Tensor, values: Tensor) -> Tensor:
    return F.cosine_similarity(outputs, values).mean()


def cosine_by_hand(outputs: Tensor, values: Tensor) -> Tensor:
    return (F.normalize(outputs, dim=1) * F.normalize(values, dim=1)).sum(1).mean()


def dice(outputs: Tensor, mask: Tensor) -> Tensor:
    shown = outputs.sigmoid()
    return (2 * (shown * mask).sum() + 1) / (shown.sum() + mask.sum() + 1)


def dice_of_each(outputs: Tensor, mask: Tensor) -> Tensor:
    shown = outputs.sigmoid()
    return ((2 * (shown * mask).sum(1) + 1) / (shown.sum(1) + mask.sum(1) + 1)).mean()


def overlap(outputs: Tensor, mask: Tensor) -> Tensor:
    shown = outputs.sigmoid()
    both = (shown * mask).sum()
    return both / (shown.sum() + mask.sum() - both)


LIKENESSES = [
    (gathered, LABELS), (indexed, LABELS), (cosine, VALUES), (cosine_by_hand, VALUES), (dice, MASK),
    (dice_of_each, MASK), (overlap, MASK),
]  # fmt: skip


@pytest.mark.parametrize(("likeness", "targets"), LIKENESSES)
@pytest.mark.parametrize("made", [lambda value: value, lambda value: 0.5 * value, lambda value: value - 1])
def test_a_likeness_that_the_loss_makes_small_is_named(likeness, targets, made):
    assert rules(lambda *of: made(likeness(*of)), targets) == ["loss.away_from_targets"]


@pytest.mark.parametrize(("likeness", "targets"), LIKENESSES)
@pytest.mark.parametrize("made", [lambda value: -value, lambda value: 1 - value, lambda value: -2 * value + 3])
def test_a_likeness_that_the_loss_makes_large_raises_no_alarm(likeness, targets, made):
    assert not rules(lambda *of: made(likeness(*of)), targets)


def test_log_probabilities_that_are_weighed_by_costs_may_be_made_small():
    costs = torch.rand(24, generator=torch.Generator().manual_seed(2))
    chosen = lambda outputs: F.log_softmax(outputs, 1).gather(1, LABELS[:, None]).squeeze(1)
    assert not rules(lambda outputs, _: (chosen(outputs) * costs).mean(), LABELS)


def test_a_cosine_that_is_one_term_of_several_may_be_made_small():
    assert not rules(lambda outputs, values: F.l1_loss(outputs, values) + 0.1 * cosine(outputs, -values), VALUES)


def test_answers_inside_a_mask_that_are_to_be_rare_raise_no_alarm():
    def share_inside(outputs: Tensor, mask: Tensor) -> Tensor:
        shown = outputs.sigmoid()
        return (shown * mask).sum() / shown.sum()

    assert not rules(share_inside, MASK)
