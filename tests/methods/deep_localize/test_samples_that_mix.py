"""Samples that look at one another where shapes alone do not tell: equal axes, answers at every step, several parts."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.ignored_input import check_ignored_input
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from tests.methods.deep_localize.loops import Made, diagnose, train, walks


def found_in(model: nn.Module, data: tuple[Tensor, Tensor], loss_of=F.cross_entropy, steps: int = 2):
    torch.manual_seed(0)
    findings = diagnose(model, loss_of, data=data, steps=steps).findings
    return [(one.rule, one.place, one.severity) for one in findings]


def last_of(first_axis: bool):
    """The last step of a GRU: along the first axis, or along the second."""
    return lambda m, x: m.fc(m.rnn(x)[0][-1] if first_axis else m.rnn(x)[0][:, -1])


def test_as_many_steps_as_samples_with_steps_first_are_no_fault():
    inputs, labels = walks(32, 32)
    model = Made(last_of(True), rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3))
    assert not found_in(model, (inputs.transpose(0, 1).contiguous(), labels))


def test_as_many_steps_as_samples_with_samples_first_are_one():
    model = Made(last_of(False), rnn=nn.GRU(5, 8), fc=nn.Linear(8, 3))
    assert found_in(model, walks(32, 32)) == [("model.batch_first", "rnn", "error")]


class PatchTransformer(nn.Module):
    """A token that is learned stands before the steps of each sample, and is all that is read."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.up, self.token = nn.Linear(5, 8), nn.Parameter(torch.zeros(1, 1, 8))
        layer = nn.TransformerEncoderLayer(8, 2, 8, batch_first=batch_first)
        self.encoder, self.head = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False), nn.Linear(8, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        tokens = torch.cat([self.token.expand(len(inputs), -1, -1), self.up(inputs)], 1)
        return self.head(self.encoder(tokens)[:, 0])


@pytest.mark.parametrize("batch_first", [True, False])
def test_attention_over_samples_is_found_though_a_token_that_is_the_same_for_all_hides_it(batch_first):
    expected = [] if batch_first else [("model.batch_first", "encoder", "error")]
    assert found_in(PatchTransformer(batch_first), walks()) == expected


def tokens() -> Tensor:
    """Sequences of ten tokens, each three times the one before, or one more."""
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(0, 11, (64, 10), generator=generator)
    for step in range(9):
        rows[:, step + 1] = (3 * rows[:, step] + rows[:, step + 1] % 2) % 11
    return rows


def padded() -> Tensor:
    """The same as numbers from 1 on, after three to ten of them padded with 0."""
    lengths = torch.randint(3, 11, (64, 1), generator=torch.Generator().manual_seed(1))
    return (tokens() % 10 + 1) * (torch.arange(10) < lengths)


def at_every_step(m, x):
    return m.fc(m.rnn(m.emb(x))[0])


def answering(compute=at_every_step, **options: bool) -> nn.Module:
    torch.manual_seed(0)
    return Made(compute, emb=nn.Embedding(11, 4), rnn=nn.LSTM(4, 8, **options), fc=nn.Linear(8, 11))


def flat(out: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(out.reshape(-1, 11), target.reshape(-1))


@pytest.mark.parametrize("batch_first", [True, False])
def test_targets_one_step_on_tell_the_axis_of_the_steps(batch_first):
    data = tokens()[:, :-1].contiguous(), tokens()[:, 1:].contiguous()
    expected = [] if batch_first else [("model.batch_first", "rnn", "error")]
    assert found_in(answering(batch_first=batch_first), data, flat) == expected


@pytest.mark.parametrize("batch_first", [True, False])
def test_padding_tells_the_axis_of_the_steps(batch_first):
    data = padded(), tokens() % 3
    expected = [] if batch_first else [("model.batch_first", "rnn", "error")]
    assert found_in(answering(batch_first=batch_first), data, flat) == expected


def steps_first(m, x):
    return m.fc(m.rnn(m.emb(x.t()))[0]).transpose(0, 1)


def test_a_layer_that_is_given_steps_first_by_the_model_is_no_fault():
    assert not found_in(answering(steps_first), (padded(), tokens() % 3), flat)


def test_whole_sequences_that_walk_side_by_side_may_look_at_one_another():
    def compute(m, x):
        states = m.rnn(x)[0]
        return m.fc(states + m.among(states, states, states)[0])

    torch.manual_seed(0)
    parts = {"rnn": nn.LSTM(5, 8), "among": nn.MultiheadAttention(8, 2, batch_first=True), "fc": nn.Linear(8, 5)}
    ways = walks(20, 33)[0].transpose(0, 1).contiguous()
    assert not found_in(Made(compute, **parts), (ways[:-1], ways[1:]), F.mse_loss)


@pytest.mark.parametrize(
    ("options", "read"),
    [({}, lambda out: out[0][:, -1]), ({"batch_first": True}, lambda out: out[0][:, -1])],
    ids=["over samples", "over steps"],
)
def test_a_recurrent_layer_that_the_loop_calls_by_itself_is_asked_too(options, read):
    torch.manual_seed(0)
    reader, head = nn.LSTM(5, 8, **options), nn.Linear(8, 3)
    optimizer = torch.optim.Adam([*reader.parameters(), *head.parameters()])
    monitor = TrainingMonitor([reader, head], optimizer, on_finding=lambda _: None).attach()
    train(lambda x: head(read(reader(x))), optimizer, F.cross_entropy, *walks(), steps=2)
    found = [(one.rule, one.place) for one in monitor.close().findings]
    assert found == ([] if options else [("model.batch_first", "LSTM")])


def test_a_part_that_mixes_samples_is_found_beside_another_part():
    torch.manual_seed(0)
    reader, head = Made(lambda m, x: m.rnn(x)[0][:, -1], rnn=nn.GRU(5, 8)), nn.Linear(8, 3)
    optimizer = torch.optim.Adam([*reader.parameters(), *head.parameters()])
    monitor = TrainingMonitor([reader, head], optimizer, on_finding=lambda _: None).attach()
    train(lambda x: head(reader(x)), optimizer, F.cross_entropy, *walks(), steps=2)
    assert [(one.rule, one.place) for one in monitor.close().findings] == [("model.batch_first", "Made.rnn")]


def test_axes_that_a_view_was_to_exchange_are_found_in_a_part():
    torch.manual_seed(0)
    eye = Made(lambda m, x: m.conv(x.view(-1, 3, 9, 8)).relu().mean((2, 3)), conv=nn.Conv2d(3, 4, 3))
    head = nn.Linear(4, 3)
    optimizer = torch.optim.Adam([*eye.parameters(), *head.parameters()])
    monitor = TrainingMonitor([eye, head], optimizer, on_finding=lambda _: None).attach()
    train(lambda x: head(eye(x)), optimizer, F.cross_entropy, torch.rand(64, 9, 8, 3), walks()[1], steps=2)
    assert [(one.rule, one.place) for one in monitor.close().findings] == [("model.reshaped_axes", "Made.conv")]


def test_padding_that_a_state_passes_through_in_a_part_is_the_cause_where_nothing_is_learned():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(1, 9, (160, 28), generator=generator) * (torch.arange(28) < 5)
    labels = torch.randint(0, 3, (160,), generator=generator)
    torch.manual_seed(0)
    reader = Made(
        lambda m, x: m.rnn(m.emb(x))[1][-1], emb=nn.Embedding(9, 4, padding_idx=0), rnn=nn.GRU(4, 4, batch_first=True)
    )
    head = nn.Linear(4, 3)
    optimizer = torch.optim.SGD([*reader.parameters(), *head.parameters()], lr=0.01)
    monitor = TrainingMonitor([reader, head], optimizer, on_finding=lambda _: None).attach()
    train(lambda x: head(reader(x)), optimizer, F.cross_entropy, rows, labels, steps=62)
    cause = monitor.close().cause
    assert (cause.rule, cause.place) == ("model.padded_state", "Made.rnn")


def test_the_logarithm_of_a_softmax_over_samples_is_named_for_its_axis():
    torch.manual_seed(0)
    inputs, labels = walks()
    model = nn.Sequential(nn.Flatten(), nn.Linear(45, 3))
    for axis, rules in ((0, "output.softmax_axis"), (1, None)):
        found = found_in(model, (inputs, labels), lambda out, y, axis=axis: F.nll_loss(out.softmax(axis).log(), y))
        assert (found[0][0] if found else None) == rules


def test_candidates_that_are_ranked_by_a_softmax_over_them_are_no_fault():
    torch.manual_seed(0)
    inputs = walks()[0].flatten(1)
    chosen = F.one_hot(torch.tensor([5, 20]), 32).float().reshape(64, 1)
    model = nn.Sequential(nn.Linear(45, 8), nn.ReLU(), nn.Linear(8, 1), nn.Softmax(0))
    assert not found_in(model, (inputs, chosen), F.binary_cross_entropy)


def test_one_sequence_as_the_whole_batch_is_no_error_even_where_nothing_is_learned():
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(3200, 5, generator=generator), torch.randint(0, 3, (3200,), generator=generator)
    model = Made(lambda m, x: m.fc(m.rnn(x)[0]), rnn=nn.GRU(5, 4), fc=nn.Linear(4, 3))
    found = found_in(model, data, steps=62)
    assert found[0] == ("model.one_sequence", "rnn", "warning")
    assert "error" not in {severity for *_, severity in found}


def test_batch_normalisation_that_keeps_no_statistics_is_no_doubt():
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(3200, 10, generator=generator), torch.randint(0, 3, (3200,), generator=generator)
    norm = nn.BatchNorm1d(8, track_running_stats=False)
    model = nn.Sequential(nn.Linear(10, 8), norm, nn.ReLU(), nn.Linear(8, 3))
    assert "model.mixes_samples" not in {rule for rule, *_ in found_in(model, data, steps=62)}


class TwoInputs(nn.Module):
    """Reads ``left``, and ``right`` or ``left`` again."""

    def __init__(self, uses_both: bool) -> None:
        super().__init__()
        self.one, self.other, self.uses_both = nn.Linear(5, 4), nn.Linear(5, 4), uses_both

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return self.one(left) + self.other(right if self.uses_both else left)


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("uses_both", [True, False])
def test_an_argument_that_nothing_uses_is_a_doubt_that_names_it(uses_both, by_name):
    left, right = torch.randn(2, 32, 5).unbind()
    model = TwoInputs(uses_both)
    call = ForwardCall(model, (left,), {"right": right}) if by_name else ForwardCall(model, (left, right), {})
    found = list(check_ignored_input(model, call, None))
    assert [one.rule for one in found] == ([] if uses_both else ["model.ignored_input"])
    assert all("'right'" in one.sentence for one in found)


def test_an_argument_that_nothing_uses_is_named_where_nothing_is_learned():
    torch.manual_seed(0)
    left, right = torch.randn(2, 3200, 5).unbind()
    model = TwoInputs(False)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    labels = (right[:, 0] > 0).long()
    train(
        lambda x: model(x[:, 0], x[:, 1]), optimizer, F.cross_entropy, torch.stack([left, right], 1), labels, steps=90
    )
    assert monitor.close().cause.rule == "model.ignored_input"
