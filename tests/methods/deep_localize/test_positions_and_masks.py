"""Positions that are counted over samples, padding masks that are the wrong way round, attention without positions."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made

PAD = 0


def said(model: nn.Module, inputs: Tensor, labels: Tensor, *, steps: int = 1) -> list[tuple[str, str]]:
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(steps):
            rows = torch.arange(16 * step, 16 * step + 16) % len(inputs)
            optimizer.zero_grad()
            F.cross_entropy(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    return [(one.rule, one.place) for one in monitor.findings]


class Positions(nn.Module):
    """Adds a table of positions, counted over axis ``over`` of (sample, step, feature)."""

    def __init__(self, over: int) -> None:
        super().__init__()
        self.over = over
        self.register_buffer("table", torch.randn(64, 8))

    def forward(self, x: Tensor) -> Tensor:
        counted = self.table[: x.size(self.over)]
        return x + (counted[:, None] if self.over == 0 else counted)


def words(samples: int = 48, steps: int = 9, *, padded: bool = True) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(1, 12, (samples, steps), generator=generator)
    lengths = torch.randint(3, steps + 1, (samples,), generator=generator)
    if padded:
        inputs[torch.arange(steps) >= lengths[:, None]] = PAD
    return inputs, torch.randint(0, 2, (samples,), generator=generator)


def reader(over: int | None = 1, *, mask: str = "", draws: bool = False) -> nn.Module:
    """A transformer over words; ``mask`` is what is hidden: ``padding``, ``words`` or nothing."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)

    def compute(self: nn.Module, x: Tensor) -> Tensor:
        hidden = {"": None, "padding": x == PAD, "words": x != PAD}[mask]
        found = self.embedding(x)
        found = self.encoder(self.positions(found) if over is not None else found, src_key_padding_mask=hidden)
        counts = (x != PAD)[..., None] if mask else torch.ones_like(x, dtype=torch.bool)[..., None]
        summary = (found * counts).sum(1) / counts.sum(1)
        return self.head(summary + torch.randn_like(summary) if draws else summary)

    return Made(
        compute,
        embedding=nn.Embedding(12, 8),
        positions=Positions(over or 0),
        encoder=nn.TransformerEncoder(layer, 1, enable_nested_tensor=False),
        head=nn.Linear(8, 2),
    )


def test_positions_that_are_counted_over_the_samples_are_named():
    assert said(reader(over=0), *words()) == [("model.place_in_batch", "positions")]


def test_positions_that_are_counted_over_the_steps_raise_no_alarm():
    assert not said(reader(over=1), *words())


def test_answers_that_are_drawn_at_random_raise_no_alarm():
    assert not said(reader(over=1, draws=True), *words())


def test_a_state_that_is_kept_for_each_place_raises_no_alarm():
    model = Made(lambda self, x: self.head(self.embedding(x).sum(1) + self.state), head=nn.Linear(8, 2),
                 embedding=nn.Embedding(12, 8))  # fmt: skip
    model.state = torch.randn(16, 8)
    assert not said(model, *words())


@pytest.mark.parametrize("hidden", ["words", "padding", ""])
def test_a_mask_that_hides_the_words_and_shows_the_padding_is_named(hidden):
    expected = [("model.mask_inverted", "encoder")] if hidden == "words" else []
    assert said(reader(mask=hidden), *words()) == expected


def test_a_mask_of_words_that_are_padded_in_front_raises_no_alarm():
    inputs, labels = words()
    assert not said(reader(mask="padding"), inputs.flip(1), labels)


def test_attention_without_positions_is_named_where_order_is_all_and_nothing_is_learned():
    inputs, _ = words(320, padded=False)
    labels = (inputs[:, 0] > inputs[:, -1]).long()
    named = [rule for rule, _ in said(reader(over=None), inputs, labels, steps=170)]
    assert named[0] == "model.order_blind"
    assert "model.order_blind" not in [rule for rule, _ in said(reader(over=1), inputs, labels, steps=170)]


def test_attention_without_positions_raises_no_alarm_where_the_model_learns():
    inputs, _ = words(320, padded=False)
    model = reader(over=None)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    labels = ((inputs > 6).sum(1) > 4).long()
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(170):
            rows = torch.arange(32 * step, 32 * step + 32) % len(inputs)
            optimizer.zero_grad()
            F.cross_entropy(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    assert not monitor.findings
