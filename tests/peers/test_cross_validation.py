import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.peers.cross_validation import assign_folds, cross_validated_probabilities
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network

RECIPE = TrainingRecipe("SGD", epochs=2, batch_size=8, optimizer_options={"lr": 0.1})


def fresh(fold: int) -> nn.Module:
    torch.manual_seed(fold)
    return nn.Linear(4, 3)


def task() -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 40)
    inputs = torch.from_numpy((rng.normal(size=(40, 4)) + np.eye(4)[labels]).astype(np.float32))
    return inputs, labels, assign_folds(labels, 3, rng)


def probabilities(inputs: torch.Tensor, labels: np.ndarray, fold_of: np.ndarray, workers: int = 1) -> np.ndarray:
    generators = [torch_generator(0, "t", str(fold)) for fold in range(3)]
    return cross_validated_probabilities(
        fresh, inputs, labels, fold_of, RECIPE, generators, batch_size=16, workers=workers
    )


def test_every_label_is_spread_evenly_over_folds_of_one_size() -> None:
    labels = np.repeat([0, 1, 2], [30, 11, 2])
    fold_of = assign_folds(labels, 4, np.random.default_rng(0))
    assert set(np.bincount(fold_of)) <= {10, 11}
    for label in range(3):
        counts = np.bincount(fold_of[labels == label], minlength=4)
        assert counts.max() - counts.min() <= 1


def test_folds_are_drawn_by_the_generator() -> None:
    labels = np.zeros(20, dtype=np.int64)
    once, again, other = (assign_folds(labels, 2, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (once == again).all()
    assert (once != other).any()


def test_a_fold_is_predicted_by_a_plain_training_on_the_others() -> None:
    inputs, labels, fold_of = task()
    found = probabilities(inputs, labels, fold_of)
    for fold in range(3):
        network = fresh(fold)
        train_network(
            network, inputs, labels, np.flatnonzero(fold_of != fold), RECIPE, torch_generator(0, "t", str(fold))
        )
        with torch.no_grad():
            expected = network(inputs[fold_of == fold]).softmax(1)
        assert found[fold_of == fold] == pytest.approx(expected.numpy(), abs=1e-6)


def test_a_samples_own_label_has_no_say() -> None:
    inputs, labels, fold_of = task()
    other = labels.copy()
    other[fold_of == 1] = (other[fold_of == 1] + 1) % 3
    before, after = probabilities(inputs, labels, fold_of), probabilities(inputs, other, fold_of)
    assert (before[fold_of == 1] == after[fold_of == 1]).all()
    assert (before[fold_of != 1] != after[fold_of != 1]).any()


def test_the_number_of_processes_changes_nothing() -> None:
    assert (probabilities(*task()) == probabilities(*task(), workers=2)).all()


def test_a_single_fold_is_refused() -> None:
    with pytest.raises(ConfigError, match="folds is 1; expected a whole number at least 2"):
        assign_folds(np.zeros(5, dtype=np.int64), 1, np.random.default_rng(0))


def test_more_folds_than_samples_are_refused() -> None:
    with pytest.raises(DataError, match="3 samples cannot be split into 5 folds"):
        assign_folds(np.zeros(3, dtype=np.int64), 5, np.random.default_rng(0))
