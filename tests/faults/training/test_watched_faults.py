"""Each planted fault of training is found by the monitor, at its place, on digits in the pipeline's own training."""

from contextlib import suppress

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import TrainingError
from faultloc.faults.training.plant import plant_training_fault
from faultloc.faults.training.settings import TRAINING_FAULT_KINDS, TrainingFaultSettings
from faultloc.faults.training.setup import TrainingSetup
from faultloc.io.datasets import read_digits
from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.subject.architectures import LeNet1
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.task import task_of
from faultloc.subject.training import train_network

pytestmark = pytest.mark.slow
RECIPE = TrainingRecipe("SGD", epochs=10, batch_size=16, optimizer_options={"lr": 0.01, "momentum": 0.9})
STEPS = 110
NEED_RELU = ("dead_units", "no_scaling")
FACTORS = {"learning_rate_too_high": 1000, "learning_rate_too_low": 1e-6}


def lenet() -> nn.Module:
    torch.manual_seed(0)
    return LeNet1([1, 28, 28], 10)


def network_with_relu() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))


def diagnosed(kind: str, network: nn.Module) -> tuple[Diagnosis, bool]:
    """What the monitor says of a training with that fault, and whether its cause is where the fault is."""
    train = read_digits().train
    inputs, given = torch.from_numpy(train.inputs[:400]), train.labels[:400]
    sound = TrainingSetup(network, inputs, given, RECIPE, task_of(given).batch_loss)
    settings = TrainingFaultSettings(kind, FACTORS.get(kind))
    faulty = plant_training_fault(sound, settings, np.random.default_rng(0))
    setup = faulty.setup
    monitors = []

    def watched(trained: nn.Module, optimizer: torch.optim.Optimizer) -> TrainingMonitor:
        monitors.append(TrainingMonitor(trained, optimizer, on_finding=lambda finding: None))
        return monitors[0]

    with suppress(TrainingError):  # where the loss is no number, training ends
        train_network(
            setup.network,
            setup.inputs,
            setup.given,
            np.arange(len(given)),
            setup.recipe,
            torch_generator(0, "train", "epochs"),
            most_steps=STEPS,
            batch_loss=setup.batch_loss,
            watched=watched,
        )
    diagnosis = monitors[0].diagnosis()
    cause = diagnosis.cause
    return diagnosis, cause is not None and faulty.is_at(cause.place, cause.phase)


@pytest.mark.parametrize("kind", [kind for kind in TRAINING_FAULT_KINDS if kind != "none"])
def test_a_planted_fault_is_localised(kind):
    # LeNet-1's tanh learns from pixels up to 255 all the same; where a fault does no harm there is nothing to find.
    diagnosis, is_localised = diagnosed(kind, network_with_relu() if kind in NEED_RELU else lenet())
    assert is_localised, diagnosis.summary


@pytest.mark.parametrize("network", [lenet, network_with_relu])
def test_where_nothing_is_planted_nothing_is_found(network):
    diagnosis, _ = diagnosed("none", network())
    assert not diagnosis.findings, diagnosis.summary
