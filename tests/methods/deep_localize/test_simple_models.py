"""What models that take no training tell: of a slow start, of labels that belong to others, of a network far behind."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from torch import nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.foretold_targets import ForetoldTargets
from faultloc.methods.deep_localize.rules.positions import of_positions
from faultloc.methods.deep_localize.rules.simple_models import (
    mean_recall,
    votes_of_neighbours,
    votes_of_ridge,
    without_copies,
)


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    pictures, labels = load_digits(return_X_y=True)
    return torch.tensor(pictures / 16.0).float(), torch.tensor(labels)


def shown(inputs: torch.Tensor, targets: torch.Tensor, *, looks: int = 15, rows: int = 32) -> ForetoldTargets:
    """Batches drawn at random, as steps that are looked at show them."""
    draw, seen = torch.Generator().manual_seed(1), ForetoldTargets()
    for _ in range(looks):
        chosen = torch.randperm(len(inputs), generator=draw)[:rows]
        seen.add([inputs[chosen]], targets[chosen])
    return seen


@pytest.mark.parametrize("samples", [12, 40])
def test_each_model_says_what_it_would_say_fitted_without_the_sample(samples):
    inputs, targets = torch.randn(samples, 7), torch.randn(samples, 2)
    for votes, made in (
        (votes_of_neighbours, lambda: KNeighborsRegressor(5)),
        (votes_of_ridge, lambda: Ridge(alpha=7, fit_intercept=False)),
    ):
        said = (votes(inputs) @ targets).numpy()
        for sample in range(samples):
            others = np.arange(samples) != sample
            model = made().fit(inputs[others].numpy(), targets[others].numpy())
            assert said[sample] == pytest.approx(model.predict(inputs[[sample]].numpy())[0], abs=1e-4)


def test_of_samples_that_come_with_noise_the_first_is_kept():
    inputs = torch.randn(50, 12)
    again = torch.cat([inputs, inputs[:20] + 1e-3 * torch.randn(20, 12), inputs + 1e-3 * torch.randn(50, 12)])
    rows, kept = without_copies(again)
    assert kept.tolist() == list(range(50))
    assert rows.shape == (50, 12)
    assert len(without_copies(torch.rand(400, 2))[1]) == 400


def test_labels_of_the_pictures_are_told_from_labels_of_others():
    pictures, labels = digits()
    assert shown(pictures, labels).are_related()
    assert shown(pictures, labels.float()).are_related()  # as numbers
    for seed in range(5):
        other = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]
        assert not shown(pictures, other).are_related()
        assert not shown(pictures, other.float()).are_related()


def test_copies_with_noise_do_not_pass_for_a_relation():
    pictures, labels = digits()
    few = torch.arange(150)
    labels = labels[few][torch.randperm(150)]
    seen = ForetoldTargets()
    for _ in range(15):
        chosen = torch.randperm(150)[:32]
        seen.add([pictures[few][chosen] + 0.01 * torch.randn(32, 64)], labels[chosen])
    assert not seen.are_related()


@pytest.mark.parametrize("count", [3, 20, 40])
def test_words_and_categories_are_counted(count):
    torch.manual_seed(0)
    words = torch.randint(0, 100, (2000, count))
    labels = (words < 60 // count).any(1).long() if count > 3 else (words[:, 1] < 30).long()
    assert shown(words, labels, looks=30).are_related()
    assert not shown(words, labels[torch.randperm(2000)], looks=30).are_related()


def test_too_few_are_undecided_as_long_as_new_ones_come():
    pictures, labels = digits()
    seen = shown(pictures, labels, looks=2)
    assert seen.is_undecided()
    assert not seen.are_related()
    assert seen.foretold(by_neighbours=True) is None
    assert not shown(pictures[:40], labels[:40]).is_undecided()
    assert not shown(pictures, labels).is_undecided()


def test_targets_that_are_the_inputs_tell_nothing():
    pictures, _ = digits()
    assert not shown(pictures, pictures).are_related()


def test_how_well_digits_are_foretold():
    pictures, labels = digits()
    told = shown(pictures, labels).foretold(by_neighbours=True)
    assert told is not None
    assert 0.85 < told.share <= 1
    assert told.samples > 300
    shuffled = shown(pictures, labels[torch.randperm(len(labels))]).foretold(by_neighbours=True)
    assert shuffled is not None
    assert shuffled.share < 0.2


def test_rare_classes_are_foretold_as_a_network_would():
    """Two classes that overlap, one of them ten times rarer: what is likelier is the common one, nearly everywhere."""
    torch.manual_seed(0)
    labels = (torch.rand(3000) < 0.1).long()
    inputs = torch.randn(3000, 9)
    inputs[:, 0] += labels
    told = shown(inputs, labels, looks=30).foretold(by_neighbours=True)
    assert told is not None
    assert told.share < 0.6


def test_recall_counts_every_class_alike():
    labels = torch.tensor([0] * 98 + [1] * 2)
    assert mean_recall(torch.zeros(100), labels) == pytest.approx(0.5)
    assert mean_recall(labels, labels) == pytest.approx(1)


def test_positions_carry_what_stands_there_and_in_the_sequence():
    words = torch.tensor([[1, 2, 3], [4, 5, 5]])
    target = torch.tensor([[7, 8, 9], [10, 11, 12]])
    weight = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    rows, labels = of_positions(words, target.flatten(), weight)
    assert labels.tolist() == [8, 12]
    assert rows[:, :512].nonzero().tolist() == [[0, 2], [1, 5]]
    assert {tuple(one): rows[one[0], 512 + one[1]].item() for one in rows[:, 512:].nonzero().tolist()} == {
        (0, 1): 1, (0, 2): 1, (0, 3): 1, (1, 4): 1, (1, 5): 2,
    }  # fmt: skip
    frames = torch.randn(2, 3, 4)
    rows, labels = of_positions(frames, target, None)
    assert labels.tolist() == [7, 11]
    wanted = [torch.cat([frames[at, at], frames[at].mean(0)]) for at in range(2)]
    assert torch.equal(rows, torch.stack(wanted))
    assert of_positions(words, target[:, :2], None) is None
    assert of_positions(frames, target.float(), None) is None


class Blurred(nn.Module):
    """All of a picture but four of its points is lost on the way."""

    def __init__(self, loses: bool) -> None:
        super().__init__()
        self.loses = loses
        self.body = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.body(pictures * (torch.arange(64) % 16 == 4) if self.loses else pictures)


def trained(model: nn.Module, steps: int, *, rate: float, loss=F.cross_entropy, shuffled: bool = False) -> Diagnosis:
    pictures, labels = digits()
    if shuffled:
        labels = labels[torch.randperm(len(labels))]
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(steps):
            rows = torch.arange(step * 32, step * 32 + 32) % len(pictures)
            optimizer.zero_grad()
            loss(model(pictures[rows]), labels[rows]).backward()
            optimizer.step()
    return monitor.diagnosis()


def deep_sigmoid() -> nn.Module:
    layers = [nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 32), nn.Sigmoid(), nn.Linear(32, 10)]
    return nn.Sequential(*layers)


def test_a_slow_start_on_data_that_can_be_learned_is_waited_for():
    torch.manual_seed(0)
    model = deep_sigmoid()
    diagnosis = trained(model, 900, rate=0.5)
    pictures, labels = digits()
    assert (model(pictures).argmax(1) == labels).float().mean() > 0.5
    assert not diagnosis.findings


def test_labels_of_other_samples_are_said_as_soon_as_ever():
    torch.manual_seed(0)
    found = trained(Blurred(loses=False), 400, rate=0.1, shuffled=True).findings
    assert [one.rule for one in found] == ["labels.unrelated"]
    assert found[0].step < 250


@pytest.mark.parametrize("loses", [True, False])
def test_a_network_far_behind_the_neighbours_is_named(loses):
    torch.manual_seed(0)
    found = trained(Blurred(loses), 2000, rate=0.1).findings
    assert [one.rule for one in found] == (["model.behind"] if loses else [])
    if loses:
        assert "neare" in found[0].text or "ridge" in found[0].text
        assert found[0].threshold > 0.85
        assert found[0].value < 0.6


def test_one_that_never_leaves_a_guess_is_told_that_the_data_can_be_learned():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 10))
    with torch.no_grad():
        model[0].weight.mul_(0)
    model[0].weight.register_hook(lambda gradient: gradient * 1e-6)
    found = trained(model, 300, rate=0.01).findings
    assert "labels.unrelated" not in [one.rule for one in found]


def test_weights_by_what_has_come_of_an_action_are_no_labels():
    torch.manual_seed(0)

    def weighted(said: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return (torch.rand(len(labels)).exp() * F.cross_entropy(said, labels, reduction="none")).mean()

    assert not trained(Blurred(loses=False), 400, rate=0.1, loss=weighted, shuffled=True).findings


def waves(samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    minute = torch.randint(1440, (samples,), generator=draw)
    phase = 2 * torch.pi * (minute % 20) / 20
    noise = 0.05 * torch.randn(samples, generator=draw)
    return torch.stack([phase.sin(), phase.cos(), minute / 1440], dim=1), phase.sin() + 0.5 * (2 * phase).cos() + noise


def test_a_model_that_has_learned_is_not_held_to_what_it_said_before():
    # It is looked at more seldom once it has learned: ten looks reach back to the beginning.
    inputs, targets = waves(2400)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(4):
            for chosen in torch.randperm(2400).split(60):
                loss = F.mse_loss(model(inputs[chosen])[:, 0], targets[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert loss.item() < 0.01
    assert not monitor.findings
