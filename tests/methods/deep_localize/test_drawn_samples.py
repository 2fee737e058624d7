"""What the array tells that a loop draws its samples from: their axis, views for permutes, few weights."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset, WeightedRandomSampler

from faultloc.methods.deep_localize.hooks.stored_rows import rows_of, variables_of_the_loop
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made

CLASSES = 3


def rules(model: nn.Module, batches: Sequence[tuple[Tensor, Tensor]], loss_of: Callable = F.cross_entropy) -> list[str]:
    """What is said of a training on ``batches``, of which only the first is looked at for where it comes from."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss_of(model(inputs), targets).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def picture_net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, CLASSES))


def labels(count: int) -> Tensor:
    return torch.randint(0, CLASSES, (count,), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("as_arrays", [False, True])
def test_pictures_that_are_viewed_with_their_colours_in_front_are_named(as_arrays):
    pictures = np.random.default_rng(0).random((200, 8, 8, 3), dtype=np.float32)
    stored = pictures if as_arrays else torch.from_numpy(pictures)
    inputs = torch.as_tensor(stored).reshape(200, 3, 8, 8)
    order = torch.randperm(200)[:20]
    assert rules(picture_net(), [(inputs[order], labels(20))]) == ["model.reshaped_axes"]


def test_batches_that_are_viewed_one_by_one_are_named_by_what_they_were_drawn_from():
    pictures = torch.rand(200, 8, 8, 3)
    batch = pictures[torch.randperm(200)[:20]].view(-1, 3, 8, 8)
    assert rules(picture_net(), [(batch, labels(20))]) == ["model.reshaped_axes"]


def test_pictures_whose_colours_are_permuted_to_the_front_raise_no_alarm():
    pictures = torch.rand(200, 8, 8, 3)
    inputs = pictures.permute(0, 3, 1, 2).contiguous()
    assert not rules(picture_net(), [(inputs[torch.randperm(200)[:20]], labels(20))])


def test_pictures_that_are_kept_flat_and_viewed_as_pictures_raise_no_alarm():
    flat = torch.rand(200, 3 * 8 * 8)
    grey = torch.rand(200, 8, 8)
    assert not rules(picture_net(), [(flat[torch.randperm(200)[:20]].view(-1, 3, 8, 8), labels(20))])
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, CLASSES))
    assert not rules(model, [(grey[torch.randperm(200)[:20]].unsqueeze(1), labels(20))])


def swarm(*, batch_first: bool) -> nn.Module:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=batch_first)
    parts = {"project": nn.Linear(2, 8), "encoder": nn.TransformerEncoder(layer, 1), "head": nn.Linear(8, 2)}
    return Made(lambda self, x: self.head(self.encoder(self.project(x))), **parts)


@pytest.mark.parametrize("batch_first", [False, True])
def test_attention_over_samples_that_are_drawn_at_random_is_named_where_each_member_is_answered(batch_first):
    groups = torch.randn(300, 16, 2)
    order = torch.randperm(300)[:24]
    found = rules(swarm(batch_first=batch_first), [(groups[order], groups[order])], F.mse_loss)
    assert found == ([] if batch_first else ["model.batch_first"])


@pytest.mark.parametrize("batch_first", [False, True])
def test_attention_over_samples_of_a_loader_is_named_where_each_member_is_answered(batch_first):
    loader = DataLoader(TensorDataset(torch.randn(300, 16, 2), torch.randn(300, 16, 2)), batch_size=24)
    first = [(inputs, targets) for inputs, targets in loader][:1]
    assert rules(swarm(batch_first=batch_first), first, F.mse_loss) == ([] if batch_first else ["model.batch_first"])


def test_pieces_of_one_long_series_raise_no_alarm_though_they_are_cut_from_a_larger_array():
    series = torch.randn(300, 16, 2)
    piece = series[40:64]
    assert not rules(swarm(batch_first=False), [(piece, torch.randn(24, 16, 2))], F.mse_loss)


def test_samples_on_the_second_axis_raise_no_alarm_with_steps_first():
    series = torch.randn(24, 300, 2)
    order = torch.randperm(300)[:16]
    assert not rules(swarm(batch_first=False), [(series[:, order], series[:, order])], F.mse_loss)


def clouds(axis: int) -> nn.Module:
    torch.manual_seed(0)
    parts = {"features": nn.Linear(2, 16), "head": nn.Linear(16, CLASSES)}
    return Made(lambda self, x: self.head(self.features(x).relu().max(axis).values), **parts)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_summary_over_the_batch_is_told_from_one_over_as_many_points(axis):
    points, kinds = torch.randn(400, 16, 2), labels(400)
    orders = torch.randperm(400).split(16)
    found = rules(clouds(axis), [(points[order], kinds[order]) for order in orders * 7])
    assert ("model.mixes_samples" in found) == (axis == 0)


class Kept(Dataset):
    """Samples of an array that it keeps."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        return self.values[index], index % CLASSES


@pytest.mark.parametrize("one_a_sample", [False, True])
def test_a_sampler_with_a_weight_a_class_is_named_and_one_with_a_weight_a_sample_is_not(one_a_sample):
    data = Kept(np.random.default_rng(0).random((90, 10), dtype=np.float32))
    weights = torch.ones(90 if one_a_sample else CLASSES)
    loader = DataLoader(data, batch_size=30, sampler=WeightedRandomSampler(weights, 90))
    model = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, CLASSES))
    assert rules(model, list(loader)) == ([] if one_a_sample else ["input.few_drawn"])


class Augmented(Kept):
    """Changes what it gives, by ``change``: its own sample, or a copy."""

    def __init__(self, change: Callable[[np.ndarray], None], *, copies: bool) -> None:
        super().__init__(np.random.default_rng(0).standard_normal((64, 10)).astype(np.float32))
        self.change, self.copies = change, copies

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        sample = self.values[index].copy() if self.copies else self.values[index]
        self.change(sample)
        return sample, int(index % CLASSES)


def epochs(data: Dataset) -> list[str]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader = DataLoader(data, batch_size=8, shuffle=True)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            for inputs, targets in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(inputs), targets).backward()
                optimizer.step()
    return [one.rule for one in monitor.findings]


@pytest.mark.parametrize("copies", [False, True])
def test_noise_that_is_added_to_the_data_set_s_own_samples_is_named(copies):
    noise = np.random.default_rng(1)

    def add(sample: np.ndarray) -> None:
        sample += 0.3 * noise.standard_normal(10).astype(np.float32)

    assert ("input.fading" in epochs(Augmented(add, copies=copies))) != copies


def test_samples_that_are_made_anew_or_filled_in_once_in_place_raise_no_alarm():
    values = np.random.default_rng(2)

    def anew(sample: np.ndarray) -> None:
        sample[:] = values.standard_normal(10)

    def once(sample: np.ndarray) -> None:
        sample[:] = sample.clip(-1, 1)

    assert "input.fading" not in epochs(Augmented(anew, copies=False))
    assert "input.fading" not in epochs(Augmented(once, copies=False))


def test_rows_are_found_where_they_stand_as_a_search_row_by_row_finds_them():
    array = torch.randint(0, 3, (50, 6)).float()
    order = torch.randperm(50)[:7]
    given = array[order].double()
    (found,) = [one for one in rows_of(given, variables_of_the_loop()) if one.array.data_ptr() == array.data_ptr()]
    searched = [next(at for at in range(50) if bool((array[at] == row).all())) for row in given]
    assert list(found.numbers) == searched
    assert found.axis == 0
    assert found.are_samples


def test_rows_that_stand_in_no_array_or_are_all_one_number_are_not_found():
    array = torch.rand(50, 6)
    zeros = torch.zeros(40, 6)
    known = variables_of_the_loop()
    assert not list(rows_of(array[:7] + 1, known))
    assert not list(rows_of(zeros[:7].clone(), known))
