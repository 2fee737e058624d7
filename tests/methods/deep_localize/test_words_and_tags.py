"""Tags that share their number with padding, words that are unknown, and partners that are drawn apart."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made

TAGS, WORDS, STEPS = 4, 30, 10


def sentences(*, padding: int) -> tuple[Tensor, Tensor]:
    """Words 1 to 29 with padding 0 behind them, and a tag from 0 to 3 for each, with ``padding`` behind them."""
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(1, WORDS, (64, STEPS), generator=generator)
    is_padding = torch.arange(STEPS) >= torch.randint(4, STEPS + 1, (64, 1), generator=generator)
    tags = words % TAGS
    return words.masked_fill(is_padding, 0), tags.masked_fill(is_padding, padding)


def tagged(*, padding: int, ignored: int, outputs: int = TAGS) -> list[str]:
    torch.manual_seed(0)
    words, tags = sentences(padding=padding)
    model = nn.Sequential(nn.Embedding(WORDS, 8), nn.Linear(8, outputs))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(5):
            optimizer.zero_grad()
            scores = model(words).flatten(0, 1)
            F.cross_entropy(scores, tags.flatten(), ignore_index=ignored).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_a_tag_with_the_number_of_padding_is_named():
    assert tagged(padding=0, ignored=0) == ["loss.class_left_out"]


def test_padding_with_a_number_of_its_own_raises_no_alarm():
    assert not tagged(padding=-100, ignored=-100)
    assert not tagged(padding=TAGS, ignored=TAGS, outputs=TAGS + 1)


def test_words_that_are_left_out_on_purpose_raise_no_alarm_where_the_answers_are_words():
    assert not tagged(padding=0, ignored=0, outputs=WORDS)


def test_items_under_a_mask_alone_are_to_be_guessed():
    """Answers are the items 1 to 29, item 30 is the mask: one number more than there are outputs."""
    words, _ = sentences(padding=0)
    is_masked = (torch.rand(words.shape, generator=torch.Generator().manual_seed(1)) < 0.3) & (words > 0)
    answers, words = words * is_masked, words.masked_fill(is_masked, WORDS)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(WORDS + 1, 8), nn.Linear(8, WORDS))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(5):
            optimizer.zero_grad()
            F.cross_entropy(model(words).flatten(0, 1), answers.flatten(), ignore_index=0).backward()
            optimizer.step()
    assert not monitor.findings


def unknown(share: float, *, learns: bool = False) -> list[str]:
    """Of texts of which ``share`` of the words are number 0, and the label is in a word or nowhere."""
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(1, WORDS, (320, STEPS), generator=generator)
    words[torch.rand(words.shape, generator=generator) < share] = 0
    words[:, 0], words[:, -1] = words[:, 0].clamp_min(1), words[:, -1].clamp_min(1)
    labels = (words[:, 0] > WORDS // 2).long() if learns else torch.randint(0, 2, (320,), generator=generator)
    torch.manual_seed(0)
    parts = {"table": nn.Embedding(WORDS, 8), "head": nn.Linear(8 * STEPS, 2)}
    model = Made(lambda self, x: self.head(self.table(x).flatten(1)), **parts)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2 if learns else 1e-4)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(170):
            rows = slice(32 * step % 320, 32 * step % 320 + 32)
            optimizer.zero_grad()
            F.cross_entropy(model(words[rows]), labels[rows]).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_words_of_which_many_are_unknown_explain_that_nothing_is_learned():
    assert "input.unknown_words" in unknown(0.3)
    assert "input.unknown_words" not in unknown(0.05)


def test_unknown_words_raise_no_alarm_where_the_model_learns():
    assert not unknown(0.3, learns=True)


def towers(*, together: bool, repeats: bool = False) -> list[str]:
    torch.manual_seed(0)
    curves, texts = torch.randn(200, 12), torch.randn(200, 6)
    if repeats:
        texts = texts[:20].repeat(10, 1)
    one, other = nn.Linear(12, 8), nn.Linear(6, 8)
    optimizer = torch.optim.Adam([*one.parameters(), *other.parameters()], lr=1e-3)
    pairs = DataLoader(TensorDataset(curves, texts), batch_size=20, shuffle=True)
    curve_loader = DataLoader(TensorDataset(curves), batch_size=20, shuffle=True)
    text_loader = DataLoader(TensorDataset(texts), batch_size=20, shuffle=True)
    apart = [(curve, text) for (curve,), (text,) in zip(curve_loader, text_loader, strict=True)]
    parts = {"one": one, "other": other}
    with TrainingMonitor(parts, optimizer, on_finding=lambda finding: None) as monitor:
        for curve, text in pairs if together else apart:
            scores = F.normalize(one(curve), dim=1) @ F.normalize(other(text), dim=1).T / 0.1
            optimizer.zero_grad()
            F.cross_entropy(scores, torch.arange(len(scores))).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


@pytest.mark.parametrize("together", [True, False])
def test_partners_that_are_drawn_apart_are_named(together):
    assert towers(together=together) == ([] if together else ["input.unpaired"])


def test_partners_that_stand_several_times_in_their_array_tell_nothing():
    assert "input.unpaired" not in towers(together=True, repeats=True)
