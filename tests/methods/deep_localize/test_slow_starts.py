"""A model that is no better than a guess for long and learns in the end: taken back where it cannot be memory."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.new_samples import NewSamples


def odd_signs(*, made: int | None, learns: bool = True, columns: int = 30) -> Diagnosis:
    """The product of three signs, a plateau before it is learned: of ``made`` samples in epochs, or of new ones."""
    torch.manual_seed(0)

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        signs = torch.randint(0, 2, (count, columns)).float() * 2 - 1
        signs += 0.01 * torch.randn(count, columns)
        labels = (signs[:, :3].prod(1) > 0).long()
        return signs, labels if learns else labels[torch.randperm(count)]

    kept = None if made is None else draw(made)
    model = nn.Sequential(nn.Linear(columns, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(1500):
            if kept is None:
                inputs, labels = draw(64)
            else:
                rows = torch.randint(0, len(kept[0]), (64,))
                inputs, labels = kept[0][rows], kept[1][rows]
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    assert learns == (monitor.history.late_relative() < 0.5) or made is not None
    return monitor.diagnosis()


def test_what_was_said_of_guessing_is_taken_back_once_new_samples_are_known():
    diagnosis = odd_signs(made=None)
    assert not diagnosis.findings
    assert any("taken back" in note for note in diagnosis.notes)


@pytest.mark.parametrize(("made", "learns"), [(None, False), (4000, False), (4000, True)])
def test_it_stands_where_nothing_was_learned_or_samples_may_be_known_by_heart(made, learns):
    diagnosis = odd_signs(made=made, learns=learns)
    assert [one.rule for one in diagnosis.findings][-1:] == ["labels.unrelated"]


def test_samples_that_come_back_are_seen_among_new_ones():
    seen, batches = NewSamples(), [torch.randn(32, 5) for _ in range(12)]
    for batch in batches:
        seen.look([batch])
    assert seen.are_all_new()
    seen.look([torch.cat([torch.randn(31, 5), batches[3][7:8]])])
    assert not seen.are_all_new()


def test_inputs_that_samples_are_not_told_by_are_never_new():
    seen = NewSamples()
    for _ in range(12):
        seen.look([torch.rand(32)])
    assert not seen.are_all_new()
