"""What calling the model again shows: samples that look at one another, padding, outputs that never differ."""

import random

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.untouched import untouched
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.composition import doubt_composition
from faultloc.methods.deep_localize.rules.constant_output import check_constant_output
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.padding import check_padding
from faultloc.methods.deep_localize.rules.reshaped_axes import exchanges_axes, exchanges_heads, spreads_classes
from tests.methods.deep_localize.loops import Made, blobs, diagnose, network, walks


def said_of(model: nn.Module, data=None, steps: int = 2, **options):
    torch.manual_seed(0)
    return diagnose(model, data=data or walks(), steps=steps, **options)


def last_step(model, x):
    return model.fc(model.rnn(x)[0][:, -1])


def weighed(axis: int):
    return lambda model, x: model.fc((F.softmax(model.score(x), axis) * x).sum(1))


MIXING = {
    "a GRU without batch_first": (
        lambda: Made(last_step, rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3)), "model.batch_first", "rnn"
    ),
    "steps first, into a layer with batch_first": (
        lambda: Made(
            lambda m, x: m.fc(m.rnn(x.transpose(0, 1))[0][-1]), rnn=nn.LSTM(5, 8, batch_first=True), fc=nn.Linear(8, 3)
        ),
        "model.batch_first", "rnn",
    ),
    "a transformer without batch_first": (
        lambda: Made(
            lambda m, x: m.fc(m.encoder(m.up(x)).mean(1)), up=nn.Linear(5, 8), fc=nn.Linear(8, 3),
            encoder=nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 8), 1, enable_nested_tensor=False),
        ),
        "model.batch_first", "encoder",
    ),
    "attention without batch_first": (
        lambda: Made(
            lambda m, x: m.fc(m.attention(*[m.up(x)] * 3)[0].mean(1)), up=nn.Linear(5, 8), fc=nn.Linear(8, 3),
            attention=nn.MultiheadAttention(8, 2),
        ),
        "model.batch_first", "attention",
    ),
    "two directions viewed as one row": (
        lambda: Made(
            lambda m, x: m.fc(m.rnn(x)[1].view(len(x), -1)), fc=nn.Linear(16, 3),
            rnn=nn.GRU(5, 8, batch_first=True, bidirectional=True),
        ),
        "model.reshaped_samples", "rnn",
    ),
    "the same with the size of the batch written down": (
        lambda: Made(
            lambda m, x: m.fc(m.rnn(x)[1].view(32, 16)), fc=nn.Linear(16, 3),
            rnn=nn.GRU(5, 8, batch_first=True, bidirectional=True),
        ),
        "model.reshaped_samples", "rnn",
    ),
    "inputs viewed as steps first": (
        lambda: Made(
            lambda m, x: m.fc(m.rnn(x.view(9, len(x), 5))[0][-1]), rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3)
        ),
        "model.reshaped_samples", "rnn",
    ),
    "attention weighed over the samples": (
        lambda: Made(weighed(0), score=nn.Linear(5, 1), fc=nn.Linear(5, 3)), "model.softmax_over_samples", "score"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MIXING)
def test_samples_that_look_at_one_another_are_found_at_the_first_step_with_the_layer(name):
    make, rule, place = MIXING[name]

    cause = said_of(make()).cause

    assert (cause.rule, cause.place, cause.step, cause.severity) == (rule, place, 0, "error")


def test_as_many_samples_as_steps_do_not_hide_it():
    model = Made(last_step, rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3))
    assert said_of(model, walks(64, 32)).cause.rule == "model.batch_first"


ADJACENCY = torch.ones(32, 32) / 32


def similarity(model, x):
    code = F.normalize(model.up(x).mean(1), dim=1)
    return code @ code.T


APART = {
    "a GRU with batch_first": lambda: Made(last_step, rnn=nn.GRU(5, 8, batch_first=True), fc=nn.Linear(8, 3)),
    "steps first, and the layer told so": lambda: Made(
        lambda m, x: m.fc(m.rnn(x.transpose(0, 1))[0][-1]), rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3)
    ),
    "two directions, transposed": lambda: Made(
        lambda m, x: m.fc(m.rnn(x)[1].transpose(0, 1).reshape(len(x), -1)),
        rnn=nn.GRU(5, 8, batch_first=True, bidirectional=True), fc=nn.Linear(16, 3),
    ),
    "attention weighed over the steps": lambda: Made(weighed(1), score=nn.Linear(5, 1), fc=nn.Linear(5, 3)),
    "layers on all steps at once": lambda: Made(
        lambda m, x: m.fc(m.up(x.reshape(-1, 5)).relu().reshape(len(x), -1)), up=nn.Linear(5, 4), fc=nn.Linear(36, 3)
    ),
    "batch normalisation": lambda: nn.Sequential(nn.Flatten(), nn.Linear(45, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)),
    "a graph whose nodes are the batch": lambda: Made(
        lambda m, x: m.fc(ADJACENCY @ m.up(x.flatten(1)).relu()), up=nn.Linear(45, 8), fc=nn.Linear(8, 3)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_samples_that_keep_apart_or_are_meant_to_meet_raise_no_alarm(name):
    diagnosis = said_of(APART[name](), steps=2)
    assert not diagnosis.findings, diagnosis.summary


def test_nodes_of_a_graph_are_no_doubt_either_where_nothing_is_learned():
    inputs, labels = torch.randn(32, 10), torch.randint(0, 3, (32,))
    model = Made(lambda m, x: m.fc(ADJACENCY @ m.up(x).relu()), up=nn.Linear(10, 8), fc=nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    found = said_of(model, (inputs, labels), steps=62, optimizer=optimizer).findings
    assert "model.mixes_samples" not in {finding.rule for finding in found}


def test_a_model_that_compares_samples_with_samples_is_no_fault():
    model = Made(similarity, up=nn.Linear(5, 32))
    diagnosis = said_of(model, loss_of=lambda out, y: F.cross_entropy(10 * out, torch.arange(len(out))))
    assert not diagnosis.findings, diagnosis.summary


def test_steps_on_the_first_axis_throughout_are_no_fault():
    inputs = walks(9, 64)[0]
    model = Made(lambda m, x: m.fc(m.rnn(x)[0]).transpose(1, 2), rnn=nn.LSTM(5, 8), fc=nn.Linear(8, 2))
    steps_first = inputs.transpose(0, 1).contiguous()
    diagnosis = said_of(model, (steps_first, (steps_first[..., 0] > 0).long()))
    assert not diagnosis.findings, diagnosis.summary


class Centred(nn.Module):
    """Takes away the mean of the batch, as some normalise by hand."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs - inputs.mean(0)


def test_statistics_of_the_batch_are_a_doubt_and_no_more():
    inputs, labels = walks()
    generator = torch.Generator().manual_seed(1)
    unrelated = torch.randn(3200, 45, generator=generator), torch.randint(0, 3, (3200,), generator=generator)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(45, 8), Centred(), nn.ReLU(), nn.Linear(8, 3))

    assert not said_of(model, (inputs.flatten(1), labels), steps=62).findings
    cause = said_of(model, unrelated, steps=62, optimizer=torch.optim.SGD(model.parameters(), lr=1e-3)).cause
    assert (cause.rule, cause.place, cause.severity) == ("model.mixes_samples", "1", "warning")


class Remembering(nn.Module):
    """Keeps its state from call to call, counts its calls, draws and moves frozen weights."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn, self.fc = nn.GRU(5, 8, batch_first=True), nn.Linear(8, 3)
        self.slow = nn.Linear(8, 3).requires_grad_(False)
        self.state: Tensor | None = None
        self.kept: list[int] = []

    def forward(self, inputs: Tensor) -> Tensor:
        out, state = self.rnn(inputs, None if self.state is None else self.state.detach())
        self.state = state + 1e-3 * torch.randn_like(state)
        self.kept.append(len(self.kept))
        self.slow.weight.data.mul_(0.9).add_(self.fc.weight.data, alpha=0.1)
        return self.fc(out[:, -1]) + self.slow(out[:, -1])


def test_asking_a_model_that_remembers_its_calls_leaves_no_trace():
    inputs, labels = (values[:32] for values in walks())
    ends = []
    for watched in (False, True):
        model, collected = Remembering(), []
        model.rnn.register_forward_hook(lambda *_, seen=collected: seen.append(1))
        optimizer = torch.optim.SGD((one for one in model.parameters() if one.requires_grad), lr=0.1)
        monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None)
        if watched:
            monitor.attach()
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        monitor.close()
        ends.append((model.state_dict(), model.state.detach(), model.kept, len(collected)))
    (weights, *others), (watched_weights, *watched_others) = ends
    assert all(torch.equal(weights[name], watched_weights[name]) for name in weights)
    assert torch.equal(others[0], watched_others[0])
    assert others[1:] == watched_others[1:]


def test_pythons_own_generator_is_as_before_after_a_call_that_draws_from_it():
    before = random.getstate()
    with untouched(network()):
        random.random()
    assert random.getstate() == before


def padded(longest: int) -> tuple[Tensor, Tensor]:
    """Sequences of 3 to 6 tokens, padded with 0; labels that do not belong to them, so that none learns."""
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(1, 9, (160, longest), generator=generator)
    lengths = torch.randint(3, 7, (160, 1), generator=generator)
    return tokens * (torch.arange(longest) < lengths), torch.randint(0, 3, (160,), generator=generator)


def packed(model, x):
    rows = pack_padded_sequence(model.emb(x), (x > 0).sum(1), batch_first=True, enforce_sorted=False)
    return model.fc(model.rnn(rows)[1][-1])


READERS = {
    "the last step": (lambda m, x: m.fc(m.rnn(m.emb(x))[0][:, -1]), 60, True),
    "the last state": (lambda m, x: m.fc(m.rnn(m.emb(x))[1][-1]), 60, True),
    "short padding": (lambda m, x: m.fc(m.rnn(m.emb(x))[0][:, -1]), 10, False),
    "packed": (packed, 60, False),
    "the last real step": (
        lambda m, x: m.fc(m.rnn(m.emb(x))[0][torch.arange(len(x)), (x > 0).sum(1) - 1]), 60, False
    ),
    "the mean over all steps": (lambda m, x: m.fc(m.rnn(m.emb(x))[0].mean(1)), 60, False),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_padding_that_the_last_state_passes_through_is_told_from_other_ways_to_read(name):
    compute, longest, is_fault = READERS[name]
    torch.manual_seed(0)
    model = Made(compute, emb=nn.Embedding(9, 4, padding_idx=0), rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 3))
    tokens, trace = padded(longest)[0][:16], LayerTrace()
    model.rnn.register_forward_hook(lambda layer, given, out: trace.record("rnn", layer, given, out))
    model(tokens)

    found = list(check_padding(model, ForwardCall(model, (tokens,), {}), trace))

    assert [(one.rule, one.place) for one in found] == ([("model.padded_state", "rnn")] if is_fault else [])


def test_padding_is_the_cause_where_nothing_is_learned():
    torch.manual_seed(0)
    model = Made(
        READERS["the last step"][0],
        emb=nn.Embedding(9, 4, padding_idx=0), rnn=nn.RNN(4, 4, batch_first=True), fc=nn.Linear(4, 3),
    )  # fmt: skip
    cause = diagnose(model, data=padded(28), steps=62, optimizer=torch.optim.SGD(model.parameters(), lr=0.01)).cause
    assert (cause.rule, cause.place, cause.severity) == ("model.padded_state", "rnn", "warning")


@pytest.mark.parametrize(
    ("compute", "place"),
    [
        (lambda m, x: m.last(0 * m.first(x).relu()), "first"),
        (lambda m, x: m.last(m.first(m.constant(torch.zeros(len(x), dtype=torch.long))).relu()), "constant"),
        (lambda m, x: m.last((m.first(x) - m.first(x)).abs()), "first"),
    ],
    ids=["times 0", "an index that never changes", "a difference of the same"],
)
def test_outputs_that_are_the_same_for_every_sample_name_where_the_difference_is_lost(compute, place):
    torch.manual_seed(0)
    model = Made(compute, first=nn.Linear(10, 16), last=nn.Linear(16, 3), constant=nn.Embedding(2, 10))

    cause = diagnose(model, steps=35).cause

    assert (cause.rule, cause.place) == ("forward.constant", place)


def test_differences_that_fade_layer_by_layer_are_left_to_the_rule_of_vanishing_gradients():
    torch.manual_seed(0)
    model = nn.Sequential(*[layer for _ in range(9) for layer in (nn.Linear(10, 10), nn.Sigmoid())], nn.Linear(10, 3))
    inputs = blobs(32)[0]
    call = ForwardCall(model, (inputs,), {})
    assert not list(check_constant_output(model, call, [model(inputs)]))


def test_samples_that_a_recurrent_layer_forgets_over_many_equal_steps_are_no_constant_output():
    torch.manual_seed(0)
    model = Made(last_step, rnn=nn.LSTM(1, 8, batch_first=True), fc=nn.Linear(8, 1))
    inputs = F.pad(torch.rand(32, 5, 1), (0, 0, 0, 60))
    call = ForwardCall(model, (inputs,), {})
    assert not list(check_constant_output(model, call, [model(inputs)]))


@pytest.mark.parametrize(
    ("old", "new", "is_exchanged"),
    [
        ((32, 12, 16), (32, 16, 12), True),  # features and steps
        ((32, 12, 16), (32, 4, 12, 4), True),  # heads
        ((32, 12, 4, 5), (32, 4, 12, 5), True),  # heads before steps
        ((32, 12, 16), (32, 12, 4, 4), False),
        ((32, 4, 12, 6), (32, 12, 24), True),  # heads put together
        ((32, 12, 4, 6), (32, 12, 24), False),
        ((32, 32, 2, 16), (32, 32, 32), False),  # heads put together behind their steps, as many as they are wide
        ((32, 9, 8, 3), (32, 3, 9, 8), True),  # colours
        ((32, 16, 4, 5), (32, 320), False),
        ((32, 16, 4, 5), (32, 16, 20), False),
        ((32, 12, 12), (32, 12, 12), False),
        ((32, 1, 12), (32, 12, 1), False),
    ],
)
def test_a_reshape_to_the_shape_of_an_exchange_of_axes_is_told_from_others(old, new, is_exchanged):
    assert exchanges_axes(old, new) is is_exchanged


@pytest.mark.parametrize("view", [True, False])
def test_a_view_in_place_of_a_transpose_is_found_whether_or_not_the_model_learns(view):
    def compute(model, x):
        up = model.up(x)
        return model.fc(model.conv(up.view(len(x), 8, 9) if view else up.transpose(1, 2)).relu().mean(2))

    model = Made(compute, up=nn.Linear(5, 8), conv=nn.Conv1d(8, 8, 3), fc=nn.Linear(8, 3))
    found = [(finding.rule, finding.place) for finding in said_of(model).findings]
    assert found == ([("model.reshaped_axes", "up")] if view else [])


def test_colours_that_a_view_takes_to_the_front_are_found():
    pictures, labels = torch.rand(64, 9, 8, 3, generator=torch.Generator().manual_seed(0)), walks()[1]
    for change, is_fault in ((lambda x: x.view(-1, 3, 9, 8), True), (lambda x: x.permute(0, 3, 1, 2), False)):
        model = Made(
            lambda m, x, change=change: m.fc(m.conv(change(x)).relu().mean((2, 3))),
            conv=nn.Conv2d(3, 4, 3), fc=nn.Linear(4, 3),
        )  # fmt: skip
        found = [(finding.rule, finding.place) for finding in said_of(model, (pictures, labels)).findings]
        assert found == ([("model.reshaped_axes", "conv")] if is_fault else [])


def test_a_series_viewed_as_sensors_first_before_the_first_layer_is_found_and_a_transposed_one_is_not():
    series, labels = torch.randn(64, 12, 5, generator=torch.Generator().manual_seed(0)), walks()[1]
    for change, is_fault in ((lambda x: x.view(-1, 5, 12), True), (lambda x: x.transpose(1, 2).contiguous(), False)):
        model = Made(
            lambda m, x, change=change: m.fc(m.conv(change(x)).relu().mean(2)),
            conv=nn.Conv1d(5, 4, 3), fc=nn.Linear(4, 3),
        )  # fmt: skip
        found = [(finding.rule, finding.place) for finding in said_of(model, (series, labels)).findings]
        assert found == ([("model.reshaped_axes", "conv")] if is_fault else [])


def test_dropout_behind_the_last_layer_is_found_and_within_the_network_is_not():
    cause = diagnose(network(nn.Dropout(0.5)), steps=2).cause
    assert (cause.rule, cause.place, cause.severity) == ("model.output_dropout", "5", "warning")
    torch.manual_seed(0)
    within = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 3))
    assert not diagnose(within).findings


def skipping(model, x):
    model.first(x)
    return model.last(x)


LAYER = nn.Linear(10, 10)
ODD = {
    "model.shared_layer": (lambda: nn.Sequential(*[LAYER] * 3, nn.Linear(10, 3)), "0"),
    "model.hidden_softmax": (lambda: nn.Sequential(nn.Linear(10, 32), nn.Softmax(1), nn.Linear(32, 3)), "1"),
    "model.skipped_layer": (lambda: Made(skipping, first=nn.Linear(10, 10), last=nn.Linear(10, 3)), "first"),
}


PLAIN = {
    "layers of the same kind": lambda: nn.Sequential(nn.Linear(10, 10), nn.Linear(10, 10), nn.Linear(10, 3)),
    "a softmax at the end": lambda: nn.Sequential(nn.Linear(10, 3), nn.Softmax(1)),
    "a layer that is never called and fits nowhere": lambda: Made(
        lambda m, x: m.last(x), first=nn.Linear(10, 5), last=nn.Linear(10, 3)
    ),
    "a head whose output is not used": lambda: Made(skipping, first=nn.Linear(10, 5), last=nn.Linear(10, 3)),
}


def doubts(model: nn.Module) -> list[tuple[str, str]]:
    """What may be wrong in how ``model`` is put together: rules with places."""
    inputs, labels = blobs(32)
    trace = LayerTrace([inputs])
    for name, layer in model.named_modules():
        if any(True for _ in layer.parameters(recurse=False)) or isinstance(layer, nn.Softmax):
            layer.register_forward_hook(lambda *call, name=name: trace.record(name, *call))
    loss = F.cross_entropy(model(inputs), labels)
    return [(one.rule, one.place) for one in doubt_composition(model, loss, trace)]


@pytest.mark.parametrize("rule", ODD)
def test_an_odd_composition_is_a_doubt(rule):
    make, place = ODD[rule]
    assert doubts(make()) == [(rule, place)]


def test_a_layer_that_is_never_called_and_fits_before_another_is_a_doubt():
    model = Made(lambda m, x: m.last(x), first=nn.Linear(10, 10), last=nn.Linear(10, 3))
    assert doubts(model) == [("model.skipped_layer", "first")]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_composition_is_none(name):
    assert not doubts(PLAIN[name]())


@pytest.mark.parametrize(
    ("old", "new", "is_spread"),
    [
        ((20, 3, 16, 16), (5120, 3), True),
        ((20, 3, 17), (340, 3), True),
        ((20, 16, 16, 3), (5120, 3), False),
        ((20, 3, 16, 3), (960, 3), False),
        ((20, 3, 18), (360, 3), False),
        ((20, 32, 4, 8), (640, 32), False),  # 20 steps, 32 samples, and 4 heads of 8 joined
        ((20, 18), (120, 3), False),
        ((1,), (1, 1), False),
        ((), (1,), False),
        ((20, 3, 1, 1), (20, 3), False),
        ((20, 1, 16, 16), (5120, 1), False),
        ((20, 3, 16, 16), (20, 3, 256), False),
    ],
)
def test_classes_are_spread_where_their_axis_is_cut_anew_and_not_where_it_comes_last(old, new, is_spread):
    assert spreads_classes(old, new) is is_spread


@pytest.mark.parametrize("is_permuted", [False, True])
def test_scores_of_pixels_cut_anew_into_rows_of_classes_are_named_and_permuted_ones_are_not(is_permuted):
    torch.manual_seed(0)
    model, inputs = (
        nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1)),
        torch.randn(64, 1, 8, 8),
    )

    def loss(scores: Tensor, labels: Tensor) -> Tensor:
        rows = scores.permute(0, 2, 3, 1).reshape(-1, 3) if is_permuted else scores.view(-1, 3)
        return F.cross_entropy(rows, labels.flatten())

    found = diagnose(model, loss, data=(inputs, (inputs[:, 0] > 0).long() + (inputs[:, 0] > 1)), steps=20).findings
    assert [(one.rule, one.place) for one in found] == ([] if is_permuted else [("model.reshaped_axes", "loss")])


def test_a_slope_with_a_single_axis_is_no_table_of_classes_and_the_model_is_followed():
    diagnosis = diagnose(nn.Sequential(nn.Linear(10, 16), nn.PReLU(), nn.Linear(16, 3)), F.cross_entropy)
    assert (diagnosis.findings, diagnosis.notes, diagnosis.steps) == ([], [], 80)


@pytest.mark.parametrize(
    ("whole", "split", "new", "is_exchanged"),
    [
        ((20, 8, 32), (20, 8, 4, 8), (20, 4, 8, 8), True),  # a step is as long as a head
        ((20, 8, 32), (20, 8, 8, 4), (20, 8, 8, 4), False),
        ((20, 4, 8, 8), (20, 8, 4, 8), (20, 4, 8, 8), False),  # a picture cut anew, and cut back
        ((20, 8, 32), (20, 8, 4, 8), (20, 8, 32), False),
        ((20, 16, 16), (20, 8, 4, 8), (20, 4, 8, 8), False),
    ],
)
def test_heads_that_are_split_off_and_then_cut_before_the_steps_are_exchanged(whole, split, new, is_exchanged):
    assert exchanges_heads(whole, split, new) is is_exchanged


@pytest.mark.parametrize("is_turned", [False, True])
def test_heads_viewed_before_their_steps_are_named_and_transposed_ones_are_not(is_turned):
    def of_heads(x: Tensor) -> Tensor:
        split = x.view(len(x), 8, 4, 8)
        return split.transpose(1, 2) if is_turned else split.view(len(x), 4, 8, 8)

    def compute(made: nn.Module, x: Tensor) -> Tensor:
        hidden = made.table(x.unsqueeze(2).expand(-1, 8, 10))
        query, key, value = (of_heads(hidden) for _ in range(3))
        mixed = torch.softmax(query @ key.mT, -1) @ value
        return made.head(mixed.transpose(1, 2).reshape(len(x), -1))

    inputs, labels = blobs()
    model = Made(compute, table=nn.Linear(10, 32), head=nn.Linear(256, 3))
    found = diagnose(model, data=(inputs[:, :8], labels), steps=5).findings
    assert ("model.reshaped_axes" in [one.rule for one in found]) is not is_turned
