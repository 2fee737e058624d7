"""Where a finding is placed: the part that looks ahead, the layer that explodes, the weights that are nothing but 0."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, blobs, diagnose, network

STEPS, WORDS = 7, 6


def said(model: nn.Module, loss_of: object, *, steps: int = 1) -> list[tuple[str, str]]:
    """What is said of ``steps`` steps on the loss that ``loss_of`` gives each time."""
    optimizer = torch.optim.SGD([one for one in model.parameters() if one.requires_grad] or model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model).backward()
            optimizer.step()
    return [(one.rule, one.place) for one in monitor.findings]


def block(*, axis: int = -1, causal: bool = True) -> nn.Module:
    """Attention by hand, whose softmax runs over ``axis`` of (sample, query, key)."""

    def attend(self: nn.Module, x: Tensor) -> Tensor:
        scores = self.query(x) @ self.key(x).transpose(1, 2) / 8**0.5
        if causal:
            hidden = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
            scores = scores.masked_fill(hidden, float("-inf") if axis == -1 else -1e4)
        return x + self.value_out(scores.softmax(axis) @ self.value(x))

    return Made(attend, **{name: nn.Linear(8, 8) for name in ("query", "key", "value", "value_out")})


def next_words(*blocks: nn.Module) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    words = torch.randint(0, WORDS, (16, STEPS + 1), generator=torch.Generator().manual_seed(0))
    model = nn.Sequential(nn.Embedding(WORDS, 8), *blocks, nn.Linear(8, WORDS))
    return said(model, lambda model: F.cross_entropy(model(words[:, :-1]).flatten(0, 1), words[:, 1:].flatten()))


def test_the_first_block_that_looks_ahead_is_named():
    assert next_words(block(), block(causal=False), block(causal=False)) == [("model.sees_future", "2")]
    assert not next_words(block(), block())


def test_an_encoder_that_looks_ahead_is_named_as_it_was_written():
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
    assert next_words(encoder) == [("model.sees_future", "1")]


@pytest.mark.parametrize("axis", [-1, 1])
def test_attention_whose_weights_sum_to_1_over_the_queries_is_named(axis):
    def loss_of(model: nn.Module) -> Tensor:
        inputs = torch.randn(16, STEPS, 8, generator=torch.Generator().manual_seed(0))
        return F.cross_entropy(model(inputs)[:, 0], torch.arange(16) % 8)

    torch.manual_seed(0)
    found = said(block(axis=axis, causal=False), loss_of)
    assert [rule for rule, _ in found] == ([] if axis == -1 else ["model.softmax_axis"])


def test_soft_assignment_to_clusters_may_sum_to_1_over_the_clusters():
    torch.manual_seed(0)
    model = Made(
        lambda self, x: self.head((self.assign(x).transpose(1, 2).softmax(1) @ x).flatten(1)),
        assign=nn.Linear(8, 3),
        head=nn.Linear(24, 4),
    )
    inputs = torch.randn(16, STEPS, 8)
    assert not said(model, lambda model: F.cross_entropy(model(inputs), torch.arange(16) % 4))


def test_a_softmax_over_one_key_is_placed_at_the_attention_that_takes_it():
    torch.manual_seed(0)
    parts = {
        "inside": nn.Linear(8, 8),
        "attention": nn.MultiheadAttention(8, 2, batch_first=True),
        "head": nn.Linear(8, 3),
    }
    model = Made(lambda self, x, q: self.head(self.attention(self.inside(x), q, q)[0].mean(1)), **parts)
    x, q = torch.randn(16, STEPS, 8), torch.randn(16, 1, 8)
    assert said(model, lambda _: F.cross_entropy(model(x, q), torch.arange(16) % 3)) == [
        ("model.softmax_axis", "attention")
    ]


def test_a_recurrent_layer_whose_numbers_explode_is_named_where_gradients_are_none():
    torch.manual_seed(0)
    parts = {"rnn": nn.RNN(4, 32, nonlinearity="relu", batch_first=True), "out": nn.Linear(32, 1)}
    model = Made(lambda self, x: self.out(self.rnn(x)[0][:, -1]), **parts)
    nn.init.normal_(model.rnn.weight_hh_l0, std=0.6)
    found = said(model, lambda model: F.l1_loss(model(torch.randn(16, 60, 4)), torch.randn(16, 1)))
    assert found[0] == ("forward.exploding", "rnn")


def test_two_factors_that_begin_at_0_are_named_with_their_place():
    class Adapter(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = nn.Linear(10, 3).requires_grad_(False)
            self.down, self.up = nn.Parameter(torch.zeros(4, 10)), nn.Parameter(torch.zeros(3, 4))

        def forward(self, x: Tensor) -> Tensor:
            return self.base(x) + x @ self.down.T @ self.up.T

    torch.manual_seed(0)
    inputs, labels = blobs()
    model = nn.Sequential(nn.ReLU(), Adapter())
    found = said(model, lambda model: F.cross_entropy(model(inputs[:32]), labels[:32]), steps=70)
    assert ("gradient.zero", "1") in found


def test_an_optimizer_that_holds_frozen_parameters_alone_is_named():
    model = network()
    model.requires_grad_(False)
    inputs, labels = blobs()
    found = said(model, lambda model: F.cross_entropy(model(inputs[:32]), labels[:32]).requires_grad_())
    assert found[0] == ("optimizer.frozen_parameters", "optimizer")


def test_a_frozen_body_beside_a_head_that_is_trained_raises_no_alarm():
    model = network()
    model[0].requires_grad_(False)
    assert not diagnose(model, optimizer=torch.optim.Adam(model.parameters(), lr=0.01)).findings


@pytest.mark.parametrize("axis", [0, 1])
def test_a_teacher_whose_softmax_runs_over_the_batch_is_named(axis):
    inputs, _ = blobs()
    scores = network(seed=1)(inputs[:32]).detach()
    found = said(network(), lambda model: F.kl_div(F.log_softmax(model(inputs[:32]), 1), scores.softmax(axis)))
    assert [rule for rule, _ in found] == (["labels.softmax_axis"] if axis == 0 else [])


def test_classes_of_weight_0_are_named_all_together():
    inputs, labels = blobs()
    data = inputs, labels + 2 * (inputs[:, 0] > 0).long()
    weight = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0])
    found = diagnose(network(outputs=5), lambda *of: F.cross_entropy(*of, weight), data=data, steps=6)
    assert [one.rule for one in found.findings] == ["loss.class_left_out"]
    assert "one of 3, 4" in found.findings[0].sentence


def test_a_series_that_is_followed_value_by_value_raises_no_alarm():
    torch.manual_seed(0)
    series = torch.sin(torch.arange(150.0) * 0.1)
    model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for now, following in pairwise(series):
            optimizer.zero_grad()
            F.mse_loss(model(now.view(1, 1)), following.view(1, 1)).backward()
            optimizer.step()
    assert not monitor.findings


def fields(kind: str) -> tuple[Tensor, Tensor]:
    """Pictures, and labels of their pixels: 0 between two squares, around a rectangle, or at the ends of rows."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.zeros(128, 10, 12, dtype=torch.long)
    for one, row in zip(labels, torch.randint(1, 5, (128,), generator=generator).tolist(), strict=True):
        if kind == "squares":
            one[row : row + 3, 1:4], one[row + 2 : row + 5, 7:10] = 1, 2
        elif kind == "letterbox":
            one[row : row + 4, 2:6], one[row : row + 4, 6:9] = 1, 2
        else:
            for place in range(row, 10):
                one[place, : 2 + place // 2], one[place, :2] = 2, 1
    return (labels[:, None] + 0.3 * torch.randn(128, 1, 10, 12, generator=generator)), labels


@pytest.mark.parametrize("kind", ["squares", "letterbox", "ends of rows"])
@pytest.mark.parametrize("ignored", [0, -100])
def test_a_background_that_is_left_out_is_a_class_and_padding_of_pictures_is_none(kind, ignored):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1))
    found = diagnose(model, lambda *of: F.cross_entropy(*of, ignore_index=ignored), data=fields(kind), steps=8)
    is_fault = kind == "squares" and ignored == 0
    assert ("loss.class_left_out" in [one.rule for one in found.findings]) is is_fault
    assert not is_fault or "pixels" in found.findings[0].sentence


def test_an_encoder_of_the_wrong_order_is_the_cause_where_it_answers_all_samples_alike():
    """All samples have the same query: over them attention gives one answer, and what differs is rounding."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0)
    parts = {
        "up": nn.Linear(2, 16),
        "encoder": nn.TransformerEncoder(layer, 2, enable_nested_tensor=False),
        "head": nn.Linear(16, 1),
    }
    query = torch.randn(1, 1, 16)

    def compute(self: Made, x: Tensor) -> Tensor:
        tokens = torch.cat([query.expand(len(x), -1, -1), self.up(x)], dim=1)
        return self.head(self.encoder(tokens)[:, 0])

    model = Made(compute, **parts)
    found = said(model, lambda model: F.mse_loss(model(torch.randn(64, 14, 2)), torch.randn(64, 1)), steps=2)
    assert found[0][1] == "encoder"
    assert "model.place_in_batch" not in [rule for rule, _ in found]
