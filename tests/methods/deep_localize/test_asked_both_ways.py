"""A square of scores of pairs that the loss asks both ways: each row for its column, and each column for its row."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made

PAIRS, BATCH, STEPS = 640, 32, 240


def said_of(*, are_pairs: bool, asks_others: bool = False) -> list[str]:
    """What is found where two towers learn to tell partners, or rows that have nothing to do with each other."""
    torch.manual_seed(0)
    ours = torch.randn(PAIRS, 12)
    theirs = ours @ torch.randn(12, 12) + 0.1 * torch.randn(PAIRS, 12)
    model = Made(lambda m, x, y: 8 * F.normalize(m.a(x), dim=1) @ F.normalize(m.b(y), dim=1).T, a=tower(), b=tower())
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    for _ in range(STEPS):
        rows = torch.randint(0, PAIRS, (BATCH,))
        scores = model(ours[rows], theirs[rows if are_pairs else torch.randint(0, PAIRS, (BATCH,))])
        one = torch.arange(BATCH)
        other = one.flip(0) if asks_others else one
        optimizer.zero_grad()
        ((F.cross_entropy(scores, one) + F.cross_entropy(scores.T, other)) / 2).backward()
        optimizer.step()
    return [one.rule for one in monitor.close().findings]


def tower() -> nn.Module:
    return nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 16))


@pytest.mark.parametrize("are_pairs", [True, False])
def test_rows_that_are_no_partners_are_named(are_pairs):
    assert said_of(are_pairs=are_pairs) == ([] if are_pairs else ["labels.unrelated"])


def test_two_questions_with_other_answers_are_no_one_question():
    # Nobody's guess is known then, and nothing is said of it.
    assert "labels.unrelated" not in said_of(are_pairs=False, asks_others=True)
