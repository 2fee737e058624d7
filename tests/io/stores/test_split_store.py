import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import TrainingError
from faultloc.io.stores.split_store import save_by_split
from faultloc.probes.predictions import predict
from faultloc.subject.dataset import LabeledDataset, Targets


def samples(labels=(0, 1, 1)) -> LabeledDataset:
    inputs = np.eye(3, dtype=np.float32)
    return LabeledDataset(inputs, np.array(labels), np.array(["a", "b", "c"]), ["x", "y"])


def test_each_split_has_a_folder_of_its_own_and_those_before_it_vanish(tmp_path):
    arrays = {"loss": np.arange(3.0)}
    save_by_split(tmp_path, {"train": arrays, "test": arrays})
    save_by_split(tmp_path, {"train": {**arrays, "features": np.eye(2)}})
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.npy")) == [
        "train/features.npy",
        "train/loss.npy",
    ]


def test_predictions_are_those_of_the_task():
    network = nn.Linear(3, 2, bias=False)
    nn.init.constant_(network.weight, 0.0)
    said = predict(network, samples(), torch.device("cpu"), batch_size=2)
    assert set(said.arrays) == {"logits", "probabilities", "loss"}
    np.testing.assert_allclose(said.losses, np.log(2), rtol=1e-6)
    assert said.measure == pytest.approx(1 / 3)


def test_predictions_of_a_regression_are_its_outputs():
    targets = Targets(np.ones((3, 1), np.float32), 0, 2)
    dataset = LabeledDataset(
        np.eye(3, dtype=np.float32), np.zeros(3, np.int64), np.array(["a", "b", "c"]), ["all"], targets
    )
    network = nn.Linear(3, 1, bias=False)
    nn.init.constant_(network.weight, 3.0)
    said = predict(network, dataset, torch.device("cpu"), batch_size=2)
    assert set(said.arrays) == {"outputs", "loss"}
    assert said.measure == pytest.approx(4.0)


def test_an_output_that_is_no_number_is_an_error():
    network = nn.Linear(3, 2)
    nn.init.constant_(network.weight, float("inf"))
    with pytest.raises(TrainingError, match="NaN or infinite for 3 of 3 samples"):
        predict(network, samples(), torch.device("cpu"), batch_size=2)
