import numpy as np
import pytest
import torch
from torch import nn

from faultloc.subject.margin_record import MarginRecord
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network
from tests.references import reference_margin

RECIPE = TrainingRecipe("SGD", epochs=3, batch_size=4, optimizer_options={"lr": 0.1})
CPU = torch.device("cpu")


def task() -> tuple[torch.Tensor, np.ndarray]:
    """21 samples, so that the last batch has another size, of three classes."""
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.normal(size=(21, 5)).astype(np.float32)), rng.integers(0, 3, 21)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.5), nn.Linear(8, 3))


def test_the_area_is_the_mean_margin_over_the_steps_that_a_sample_was_shown_in() -> None:
    inputs, labels = task()
    record, seen = MarginRecord(21, CPU), {sample: [] for sample in range(21)}

    def observe(samples, logits, targets) -> None:
        record.observe(samples, logits, targets)
        for sample, row, label in zip(samples.tolist(), logits.tolist(), targets.tolist(), strict=True):
            assert label == labels[sample]
            seen[sample].append(reference_margin(row, label))

    train_network(network(), inputs, labels, np.arange(21), RECIPE, torch_generator(0, "t"), on_batch=observe)
    assert {len(margins) for margins in seen.values()} == {3}
    assert record.means() == pytest.approx([sum(margins) / 3 for margins in seen.values()], rel=1e-5)


def test_recording_changes_no_weight() -> None:
    inputs, labels = task()
    watched, alone = network(), network()
    record = MarginRecord(21, CPU)
    train_network(watched, inputs, labels, np.arange(21), RECIPE, torch_generator(0, "t"), on_batch=record.observe)
    train_network(alone, inputs, labels, np.arange(21), RECIPE, torch_generator(0, "t"))
    for one, other in zip(watched.parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_margin_by_hand() -> None:
    record = MarginRecord(3, CPU)
    record.observe(torch.tensor([2, 0]), torch.tensor([[1.0, 4.0, 2.0], [5.0, 1.0, 0.0]]), torch.tensor([2, 0]))
    record.observe(torch.tensor([2]), torch.tensor([[1.0, 4.0, 9.0]]), torch.tensor([2]))
    assert record.means()[0] == 4
    assert record.means()[2] == (-2 + 5) / 2
    assert np.isnan(record.means()[1])
