"""What is wrong with the samples themselves is named, and the samples of healthy runs are let be."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.finding import INPUT, LABELS
from faultloc.methods.deep_localize.rules.columns import check_columns
from faultloc.methods.deep_localize.rules.label_order import LabelOrder
from faultloc.methods.deep_localize.rules.returning_samples import ReturningSamples
from faultloc.methods.deep_localize.rules.turned_masks import TurnedMasks, _explained
from tests.methods.deep_localize.loops import blobs, diagnose, network


def batches(labels: Tensor, size: int) -> list[list[int]]:
    return [batch.tolist() for batch in labels.split(size)]


def order_found(batched: list[list[int]], *, is_binary: bool = False) -> bool:
    order = LabelOrder()
    return any(list(order.add(batch, is_binary=is_binary)) for batch in batched)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_sorted_classes_come_first_though_batches_cross_from_one_class_to_the_next():
    inputs, labels = blobs()
    order = labels.argsort()
    for data, loss in (
        ((inputs[order], labels[order]), F.cross_entropy),
        ((inputs[order], F.one_hot(labels[order]).float()), F.mse_loss),
    ):
        cause = diagnose(network(), loss, data=data).cause
        assert (cause.rule, cause.place) == ("labels.sorted", INPUT)


def test_sorted_classes_are_found_in_batches_of_four_and_with_two_labels():
    labels = torch.arange(10).repeat_interleave(20)
    assert order_found(batches(labels, 4))
    assert order_found(batches(torch.arange(2).repeat_interleave(120), 16), is_binary=True)


SHUFFLED = {
    "batches of four": lambda: batches(torch.randint(0, 2, (160,), generator=seeded()), 4),
    "one label in fifty": lambda: batches((torch.rand(1200, generator=seeded()) < 0.02).long(), 32),
    "each class as often in each batch": lambda: batches(torch.arange(8).repeat(80), 16),
    "four samples each of eight classes of forty": lambda: [
        torch.randperm(40, generator=seeded(step))[:8].repeat_interleave(4).tolist() for step in range(40)
    ],
    "real and generated in turn": lambda: [[step % 2] * 32 for step in range(40)],
    "sequences of ever new lengths": lambda: [[step // 3] * (5 + step) for step in range(40)],
}


@pytest.mark.parametrize("name", SHUFFLED)
def test_an_order_that_is_meant_or_of_chance_is_no_fault(name):
    assert not order_found(SHUFFLED[name](), is_binary=name == "real and generated in turn")


def epochs(labels_of: object, count: int = 12) -> Iterator[tuple[Tensor, list[int]]]:
    inputs, labels = blobs(samples=64)
    for epoch in range(count):
        order = torch.randperm(64, generator=seeded(epoch))[:32]
        yield inputs[order], labels_of(labels, epoch)[order].tolist()


def changing_found(batched: Iterator[tuple[Tensor, list[int]]]) -> bool:
    returning = ReturningSamples()
    return any([list(returning.add(inputs, labels)) for inputs, labels in batched][1:])


def test_labels_that_are_shuffled_anew_in_each_epoch_are_named():
    inputs, labels = blobs(samples=64)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs, targets[torch.randperm(len(targets))])

    cause = diagnose(network(), loss, data=(inputs, labels), steps=70).cause
    assert (cause.rule, cause.place) == ("labels.changing", LABELS)


def test_labels_that_stay_are_noisy_or_belong_to_words_are_no_fault():
    def noisy(labels: Tensor, epoch: int) -> Tensor:
        flipped = torch.rand(len(labels), generator=seeded(epoch)) < 0.2
        return torch.where(flipped, (labels + 1) % 3, labels)

    words = ((torch.arange(8).repeat(4)[:, None], torch.randint(0, 5, (32,)).tolist()) for _ in range(9))
    assert not changing_found(epochs(lambda labels, epoch: labels))
    assert not changing_found(epochs(noisy))
    assert not changing_found(words)


def test_a_column_out_of_scale_is_named_by_its_number_where_the_model_does_not_learn():
    inputs, labels = blobs()
    inputs[:, 4] *= 30_000
    cause = diagnose(network(), data=(inputs, labels)).cause
    assert (cause.rule, cause.place) == ("input.column", INPUT)
    assert "column 4" in cause.sentence


def test_a_mark_for_missing_values_is_named():
    rows = torch.randn(32, 5, generator=seeded())
    rows[::8, 3] = -999
    rules = [symptom.rule for symptom in check_columns(rows)]
    assert rules[0] == "input.sentinel"
    assert "column 3 is -999 in 4 of 32 rows" in next(check_columns(rows)).sentence


def test_columns_of_like_sizes_and_flags_beside_ages_are_no_fault():
    numbers = torch.randn(32, 5, generator=seeded())
    flags_and_ages = torch.cat([(numbers > 1.5).float(), 9 * torch.rand(32, 1, generator=seeded())], 1)
    assert not list(check_columns(numbers)) + list(check_columns(7 * numbers)) + list(check_columns(flags_and_ages))


def test_absurd_targets_are_named_and_a_long_tail_is_not():
    def said(targets: Tensor) -> list[str]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
        adam = torch.optim.Adam(model.parameters(), lr=1e-3)
        return [one.rule for one in diagnose(model, F.mse_loss, adam, (inputs, targets)).findings]

    inputs = torch.randn(320, 10, generator=seeded())
    targets = inputs[:, :3].sum(1, keepdim=True)
    absurd = targets.clone()
    absurd[::64] = 1e6
    assert said(absurd)[0] == "target.outliers"
    assert "target.outliers" not in said((1.5 * targets).exp())


def scenes(turn: str, *, classes: int = 2) -> tuple[Tensor, Tensor]:
    """Pictures of one bright box each, or of one for each class, and their masks; ``turn`` says what is mirrored."""
    generator = torch.Generator().manual_seed(0)
    pictures, masks = 0.3 * torch.randn(64, 1, 16, 16, generator=generator), torch.zeros(64, 16, 16, dtype=torch.long)
    for index in range(64):
        for region in range(1, classes):
            row, column = torch.randint(0, 10, (2,), generator=generator).tolist()
            masks[index, row : row + 5, column : column + 4] = region
        pictures[index, 0] += masks[index]
        if torch.rand(1, generator=generator) < 0.5:
            pictures[index] = pictures[index].flip(-1) if turn != "none" else pictures[index]
            masks[index] = masks[index].flip(-1) if turn == "both" else masks[index]
    return pictures, masks


@pytest.mark.parametrize("turn", ["pictures", "both", "none"])
@pytest.mark.parametrize("classes", [2, 3])
def test_pictures_that_are_mirrored_without_their_masks_are_named(turn, classes):
    pictures, masks = scenes(turn, classes=classes)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, classes if classes > 2 else 1, 1))

    def loss(scores: Tensor, labels: Tensor) -> Tensor:
        if classes > 2:
            return F.cross_entropy(scores, labels)
        return F.binary_cross_entropy_with_logits(scores, labels.unsqueeze(1).float())

    found = [(one.rule, one.place) for one in diagnose(model, loss, data=(pictures, masks), steps=10).findings]
    assert found == ([("input.turned_masks", INPUT)] if turn == "pictures" else [])


def test_masks_that_pictures_do_not_show_tell_nothing_of_how_they_lie():
    _, masks = scenes("none")
    noise = torch.randn(64, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 1))
    assert "input.turned_masks" not in [
        one.rule for one in diagnose(model, F.cross_entropy, data=(noise, masks), steps=10).findings
    ]


@pytest.mark.parametrize("kind", [torch.bool, torch.uint8, torch.float16])
@pytest.mark.parametrize("side", [16, 320])
def test_masks_are_read_whatever_their_type_and_size(kind, side):
    pictures, masks = (
        one.repeat_interleave(side // 16, -1).repeat_interleave(side // 16, -2) for one in scenes("pictures")
    )
    seen = TurnedMasks()
    found = [
        one.rule
        for start in range(0, 64, 16)
        for one in seen.look(pictures[start : start + 16], masks[start : start + 16].to(kind))
    ]
    assert found == ["input.turned_masks"]


def test_what_a_mask_tells_of_a_picture_is_the_share_of_variance_between_its_regions():
    pictures, masks = scenes("none", classes=3)
    regions = F.one_hot(masks, 3).movedim(-1, 1).float()
    for picture, mask, explained in zip(pictures, masks, _explained(pictures, regions), strict=True):
        pixels = picture[0].double()
        within = sum(float((pixels[mask == one] - pixels[mask == one].mean()).square().sum()) for one in mask.unique())
        assert float(explained) == pytest.approx(1 - within / float((pixels - pixels.mean()).square().sum()), abs=1e-5)
