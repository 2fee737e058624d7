"""Data that is wrong and can be learned all the same: weights, targets, steps, epochs, evaluations, schedules."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.loss_graph import loss_nodes
from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms
from faultloc.methods.deep_localize.hooks.schedules import Plateau
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.class_weights import ClassWeights
from faultloc.methods.deep_localize.rules.columns import check_mark, check_marks
from faultloc.methods.deep_localize.rules.endless_fall import check_endless_fall
from faultloc.methods.deep_localize.rules.evaluation_calls import EvaluationCalls
from faultloc.methods.deep_localize.rules.fading_inputs import FadingInputs
from faultloc.methods.deep_localize.rules.next_step import check_next_step
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.plateau import check_plateau
from faultloc.methods.deep_localize.rules.soft_targets import check_soft_targets
from tests.methods.deep_localize.loops import Made, blobs, diagnose, network

LABELS = (torch.arange(200) % 20 == 0).long()
COUNTS = torch.bincount(LABELS).float()


def weights_said(loss_of: object) -> list[str]:
    scores = torch.randn(200, 2, requires_grad=True) * 1.0
    loss = loss_of(scores)
    (term,) = loss_terms(loss, ())
    return [symptom.rule for symptom in ClassWeights().look(term, term.target)]


@pytest.mark.parametrize(
    ("weight", "found"),
    [
        (COUNTS / COUNTS.sum(), ["loss.class_weights"]),
        (COUNTS.sum() / COUNTS, []),
        (torch.ones(2), []),
        (torch.tensor([1.2, 1.0]), []),
    ],
)
def test_weights_that_rise_with_how_common_a_class_is_are_named(weight, found):
    assert weights_said(lambda scores: F.cross_entropy(scores, LABELS, weight=weight)) == found


@pytest.mark.parametrize(("weight", "found"), [(1 / 19, ["loss.class_weights"]), (19.0, []), (0.7, [])])
def test_a_weight_of_rare_yeses_that_makes_them_rarer_is_named(weight, found):
    weight = torch.tensor([weight])
    assert found == weights_said(
        lambda scores: F.binary_cross_entropy_with_logits(scores[:, 0], LABELS.float(), pos_weight=weight)
    )


@pytest.mark.parametrize("is_inverse", [True, False])
def test_weights_of_rare_yeses_are_held_against_their_own_columns(is_inverse):
    tags = torch.stack([LABELS, LABELS.roll(1), LABELS.roll(2) | LABELS, 1 - LABELS], 1).float()
    odds = tags.mean(0) / (1 - tags.mean(0))
    scores = torch.randn(200, 4, requires_grad=True) * 1.0
    loss = F.binary_cross_entropy_with_logits(scores, tags, pos_weight=1 / odds if is_inverse else odds)
    (term,) = loss_terms(loss, ())
    found = [symptom.sentence for symptom in ClassWeights().look(term, tags)]
    assert len(found) == (not is_inverse)
    assert all("of column 0, 5% of the labels are 1" in sentence for sentence in found)


def focal(alpha: Tensor, *, by: str = "gather") -> Callable[[Tensor, Tensor], Tensor]:
    def loss(scores: Tensor, labels: Tensor) -> Tensor:
        if by == "nll":
            each = F.cross_entropy(scores, labels, reduction="none")
        else:
            each = -F.log_softmax(scores, 1).gather(1, labels[:, None]).squeeze(1)
        return (alpha[labels] * (1 - (-each).exp()) ** 2 * each).mean()

    return loss


@pytest.mark.parametrize("by", ["gather", "nll"])
@pytest.mark.parametrize(
    ("alpha", "found"),
    [(COUNTS / COUNTS.sum(), True), (COUNTS.sum() / COUNTS, False), (torch.ones(2), False)],
    ids=["frequency", "its inverse", "none"],
)
def test_factors_of_a_loss_written_by_hand_that_rise_with_how_common_a_class_is_are_named(alpha, found, by):
    inputs = blobs()[0][:200]
    model = network(outputs=2)
    said = diagnose(model, focal(alpha, by=by), data=(inputs, LABELS), steps=6).findings
    assert ("loss.class_weights" in [one.rule for one in said]) is found


def test_advantages_are_no_weights_of_the_classes_that_they_are_of():
    inputs, advantages = blobs()[0][:200], torch.rand(200) + 0.5

    def policy(scores: Tensor, taken: Tensor) -> Tensor:
        return -(F.log_softmax(scores, 1).gather(1, taken[:, None]).squeeze(1) * advantages[: len(taken)]).mean()

    said = diagnose(network(outputs=2), policy, data=(inputs, LABELS), steps=6).findings
    assert "loss.class_weights" not in [one.rule for one in said]


def smoothed(true: float, others: float, *, negated: bool = False) -> list[str]:
    scores = torch.randn(8, 5, requires_grad=True) * 1.0
    target = torch.full((8, 5), others).scatter(1, (torch.arange(8) % 5)[:, None], true)
    logs = F.log_softmax(scores, 1)
    loss = (-target * logs).sum(1).mean() if negated else -(target * logs).sum(1).mean()
    terms = loss_terms(loss, ())
    nodes, only = loss_nodes(loss, [scores]), next(iter(terms), None)
    return [one.rule for one in check_soft_targets(nodes, None if only is None else only.target, only)]


@pytest.mark.parametrize("negated", [False, True])
def test_a_smoothing_that_gives_the_true_class_the_least_is_named(negated):
    assert smoothed(0.04, 0.24, negated=negated) == ["labels.smoothing"]
    assert smoothed(0.2, 0.2, negated=negated) == ["labels.smoothing"]
    assert smoothed(0.9, 0.025, negated=negated) == []


TOKENS = torch.stack([torch.arange(10) * step % 7 for step in range(1, 7)])
RNN, GRU = nn.LSTM(8, 8, batch_first=True), nn.GRU(8, 8, batch_first=True, bidirectional=True)


def next_said(compute: object, target: Tensor, given: Tensor = TOKENS, **parts: nn.Module) -> list[str]:
    torch.manual_seed(0)
    model = Made(compute, e=nn.Embedding(7, 8), **parts)
    trace = LayerTrace()
    return [one.rule for one in check_next_step(model, ForwardCall(model, (given,), {}), target, trace)]


def test_targets_that_are_not_shifted_and_models_that_see_later_steps_are_named():
    same, following = TOKENS.flatten(), TOKENS[:, 1:].flatten()
    given = TOKENS[:, :-1]

    def along(m, x):
        return m.o(m.r(m.e(x))[0])

    assert next_said(along, same, r=RNN, o=nn.Linear(8, 7)) == ["labels.not_shifted"]
    assert next_said(along, following, given, r=RNN, o=nn.Linear(8, 7)) == []
    assert next_said(along, following, given, r=GRU, o=nn.Linear(16, 7)) == ["model.sees_future"]
    # A tagger may look both ways, and an encoder's last state has to hold all steps.
    assert next_said(along, (same * 3) % 5, r=GRU, o=nn.Linear(16, 7)) == []
    repeated = next_said(
        lambda m, x: m.o(m.d(m.r(m.e(x))[1][0][-1][:, None].expand(-1, x.shape[1], -1))[0]),
        same, r=RNN, d=nn.GRU(8, 8, batch_first=True), o=nn.Linear(8, 7),
    )  # fmt: skip
    assert repeated == []


def test_labels_that_were_shifted_already_are_named():
    def along(m, x):
        return m.o(m.r(m.e(x))[0])

    def shifted(steps: int) -> Tensor:
        return F.pad(TOKENS[:, steps:], (0, steps), value=-100)

    said = {steps: next_said(along, shifted(steps).flatten(), r=RNN, o=nn.Linear(8, 7)) for steps in (1, 2, 3)}
    assert said == {1: [], 2: ["labels.shifted_twice"], 3: []}
    # Padding that is left out, and words of which every second is the same: two steps on is the step itself.
    padded = torch.where(torch.arange(10) < 6, shifted(2), -100)
    assert next_said(along, padded.flatten(), r=RNN, o=nn.Linear(8, 7)) == ["labels.shifted_twice"]
    constant = torch.full((6, 10), 3)
    assert next_said(along, F.pad(constant[:, 2:], (0, 2), value=-100), constant, r=RNN, o=nn.Linear(8, 7)) == []


def test_inputs_that_fade_from_look_to_look_are_named_and_those_that_vary_are_not():
    def said(change: object) -> list[str]:
        fading, generator = FadingInputs(), torch.Generator().manual_seed(0)
        batches = [change(torch.rand(16, 30, generator=generator), look) for look in range(20)]
        return [symptom.rule for batch in batches for symptom in fading.look(batch)]

    def holes(batch: Tensor, look: int) -> Tensor:
        return batch.where(torch.arange(30) >= min(28, 2 * look), 0)

    assert said(holes) == ["input.fading"]
    assert said(lambda batch, look: batch / 1.5**look) == ["input.fading"]
    assert said(lambda batch, look: batch) == []
    assert said(lambda batch, look: batch * (1 + look % 3)) == []
    assert said(lambda batch, look: batch.where(batch > 0.1 * (look % 5), 0)) == []


def evaluated(
    trained: Tensor, asked: Tensor, *layers: nn.Module, training: bool = False, between: int = 0
) -> list[str]:
    """What is said of four calls without gradients, with so many steps between two."""
    model = nn.Sequential(*layers).train(training)
    calls = EvaluationCalls()
    calls.trained_on(model, (trained,))
    seen = [symptom for call in range(4) for symptom in calls.look(model, (asked,), 5 + between * call)]
    return [symptom.rule for symptom in (*seen, *calls.at_end())]


def test_an_evaluation_on_another_scale_is_named():
    pictures = torch.rand(32, 1, 6, 6).round()
    table = torch.randn(32, 4)
    scaled = table * torch.tensor([300.0, 1.0, 20.0, 5.0]) + torch.tensor([700.0, 0.0, 100.0, 5.0])
    assert evaluated(pictures, 255 * pictures) == ["input.evaluation_scale"]
    assert evaluated((pictures - 0.13) / 0.3, pictures) == ["input.evaluation_scale"]
    assert evaluated(table, scaled) == ["input.evaluation_scale"]
    assert evaluated(table, torch.randn(40, 4) + 0.5) == []
    assert evaluated(pictures, torch.rand(32, 1, 6, 6).round() * 0.9) == []
    assert evaluated(torch.linspace(-1, 1, 32)[:, None], torch.linspace(-3, 3, 90)[:, None]) == []


def test_an_evaluation_in_training_mode_is_named_where_values_are_dropped():
    table = torch.randn(32, 4)
    assert evaluated(table, table, nn.Dropout(0.5), training=True) == ["model.not_evaluating"]
    assert evaluated(table, table, nn.Linear(4, 4), training=True) == []
    assert evaluated(table, table, nn.Dropout(0.5)) == []
    # Answers taken for targets, one batch a step.
    assert evaluated(table, table, nn.Dropout(0.5), training=True, between=1) == []


def plateau_said(losses: list[float], calls: int, bad_calls: int, rate: float = 0.001) -> list[str]:
    samples = [SampledStep(0, learning_rate=0.1), SampledStep(len(losses) - 1, learning_rate=rate)]
    history = History(losses=losses, sampled=samples)
    history.plateaus = lambda: [Plateau("max", calls, bad_calls, 1, 0, 0.1, rate)]
    return [] if (symptom := check_plateau(history)) is None else [symptom.rule]


def test_a_scheduler_whose_figure_never_got_better_though_the_loss_fell_is_named():
    falling, flat = [2 - 0.02 * step for step in range(50)], [2.0] * 50
    assert plateau_said(falling, 5, 0) == ["optimizer.plateau"]
    assert plateau_said(falling, 9, 0) == []  # some of its figures were better
    assert plateau_said(flat, 5, 0) == []
    assert plateau_said(falling, 5, 0, rate=0.1) == []


def test_marks_for_missing_values_that_were_scaled_with_the_rest_are_named():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(64, 5, generator=generator)
    marked = rows.clone()
    marked[torch.rand(64, 5, generator=generator) < 0.04] = -9999
    marked = (marked - marked.mean(0)) / marked.std(0)
    flags = torch.cat([rows, (rows[:, :2] > 2).float()], 1)
    assert [one.rule for one in check_marks(marked)] == ["input.sentinel"]
    assert not [*check_marks(rows), *check_marks(flags), *check_marks(rows.exp()), *check_marks(0.01 * rows)]


def test_one_mark_that_was_scaled_with_its_column_is_named_and_columns_with_many_zeros_are_not():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(128, 3, generator=generator)
    days = -1000 * rows[:, 0].exp().round(decimals=2)
    missing = torch.rand(128, generator=generator) < 0.2
    column = torch.where(missing, 365243.0, days)
    scaled = (column - column.mean()) / column.std()
    amounts = torch.where(missing, 0.0, rows[:, 1].exp())
    logarithms = torch.where(missing, -18.0, rows[:, 1])
    flags = missing.float()
    assert [one.rule for one in check_mark(torch.stack([rows[:, 1], scaled], 1))] == ["input.sentinel"]
    for sound in (amounts, logarithms, flags, 5 * flags, rows[:, 2]):
        one = (sound - sound.mean()) / sound.std()
        assert not list(check_mark(torch.stack([rows[:, 1], one], 1)))


@pytest.mark.parametrize("is_changed", [True, False])
@pytest.mark.parametrize("has_two_names", [True, False])
def test_a_target_that_was_changed_together_with_the_input_is_named(is_changed, has_two_names):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 6))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(6):
            clean = torch.randn(32, 6)
            if is_changed:
                clean[torch.rand(32, 6) < 0.3] = 0
            damaged = clean if has_two_names else None
            optimizer.zero_grad()
            F.mse_loss(model(clean), clean).backward()
            optimizer.step()
            del damaged
    found = [one.rule for one in monitor.diagnosis().findings]
    assert found == (["labels.changed_too"] if is_changed and has_two_names else [])


def test_a_loss_that_falls_ever_faster_below_zero_is_named_and_a_density_is_not():
    runaway = [100.0 - 1.5**step for step in range(40)]
    assert [one.rule for one in check_endless_fall(History(losses=runaway))] == ["loss.endless"]
    assert not list(check_endless_fall(History(losses=[5 - 0.5 * step for step in range(400)])))


def test_an_empty_group_of_layers_that_are_left_out_is_named():
    model = network()
    body = model[0].parameters()
    list(body)
    adam = torch.optim.Adam([{"params": body}, {"params": model[2:].parameters()}])
    assert [one.rule for one in diagnose(model, optimizer=adam, steps=3).findings] == ["optimizer.empty_group"]
    model = network()
    adam = torch.optim.Adam([{"params": []}, {"params": model.parameters()}])
    assert not diagnose(model, optimizer=adam, steps=3).findings


def test_a_loss_of_the_mean_difference_is_named_and_a_mean_of_squares_is_not():
    data = (blobs()[0], blobs()[0][:, :1])

    def said(loss: object) -> list[str]:
        return [one.rule for one in diagnose(network(outputs=1), loss, data=data, steps=2).findings]

    assert said(lambda output, target: (output - target).mean() ** 2) == ["loss.of_means"]
    assert said(lambda output, target: (output - target).mean().abs()) == ["loss.of_means"]
    assert said(lambda output, target: ((output - target) ** 2).mean().sqrt()) == []


@pytest.mark.parametrize("part", [True, False])
def test_games_that_all_begin_in_one_place_and_part_later_raise_no_alarm(part):
    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            places, losses = torch.ones(16, 10), []
            for _ in range(4):
                losses.append(F.cross_entropy(model(places), torch.randint(0, 3, (16,))))
                places = places + torch.randn(16, 10) * part
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()
            optimizer.step()
    assert ("input.constant" in {one.rule for one in monitor.findings}) == (not part)


@pytest.mark.parametrize("is_twice", [True, False])
def test_inputs_that_are_all_about_one_number_are_named_where_nothing_is_learned(is_twice):
    """Grey values that are divided by 255 twice before their mean is taken off."""
    torch.manual_seed(0)
    grey, labels = 255 * torch.rand(320, 10), torch.randint(0, 3, (320,))
    grey[torch.arange(320), labels] = 255.0
    inputs = (grey / 255 / (255 if is_twice else 1) - 0.5) / 0.25
    found = [one.rule for one in diagnose(network(), data=(inputs, labels), steps=160).findings]
    assert found[:1] == (["input.offset"] if is_twice else [])
