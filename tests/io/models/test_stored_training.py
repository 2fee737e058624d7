import argparse
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from faultloc.io.models import StoredTraining
from faultloc.subject.recipe import TrainingRecipe
from tests.io.models.saved_models import load

NETWORK = nn.Linear(4, 2)


def stored(folder, **entries) -> StoredTraining:
    torch.save({"model": NETWORK, **entries}, folder / "model.pth")
    return load(folder / "model.pth").training


@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize("name", ["objects", "states"])
def test_the_users_training_is_told_from_objects_and_from_states(name, trust, in_users_folder):
    training = load(f"{name}.pth", arch="own_net:Net", trust=trust).training
    assert (training.optimizer, training.scheduler) == ("SGD", "MultiStepLR")
    # 0.1 is what training began with; the schedule has brought it down to 0.01.
    assert training.optimizer_options["lr"] == 0.1
    assert training.optimizer_options["momentum"] == 0.9
    assert training.optimizer_options["weight_decay"] == 0.0001
    assert training.scheduler_options == {"milestones": [2, 6], "gamma": 0.1}
    assert (training.epoch, training.accuracy) == (3, 0.93)


OPTIMIZERS = [
    torch.optim.SGD,
    torch.optim.Adam,
    torch.optim.AdamW,
    torch.optim.RMSprop,
    torch.optim.Adagrad,
    torch.optim.Adadelta,
    torch.optim.NAdam,
    torch.optim.Rprop,
    torch.optim.ASGD,
]


@pytest.mark.parametrize("kind", [*OPTIMIZERS, torch.optim.RAdam, torch.optim.Adamax])
def test_an_optimizer_is_known_by_its_class_and_can_be_made_again(kind, tmp_path):
    training = stored(tmp_path, optimizer=kind(NETWORK.parameters(), lr=0.125))
    assert training.optimizer == kind.__name__
    assert training.optimizer_options["lr"] == 0.125
    recipe = TrainingRecipe(training.optimizer, 1, 1, training.optimizer_options)
    assert type(recipe.build_optimizer(NETWORK.parameters())) is kind


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_state_of_an_optimizer_tells_its_class_by_its_options(kind, tmp_path):
    assert stored(tmp_path, optimizer=kind(NETWORK.parameters(), lr=0.1).state_dict()).optimizer == kind.__name__


def test_a_state_that_fits_several_optimizers_names_none(tmp_path):
    state = torch.optim.AdamW(NETWORK.parameters()).state_dict()
    del state["param_groups"][0]["decoupled_weight_decay"]  # as PyTorch 2.6 wrote it
    training = stored(tmp_path, optimizer=state)
    assert (training.optimizer, training.optimizer_options) == (None, {})


SCHEDULES = [
    (lr_scheduler.StepLR, {"step_size": 7, "gamma": 0.3}),
    (lr_scheduler.MultiStepLR, {"milestones": [3, 3, 5], "gamma": 0.3}),
    (lr_scheduler.ExponentialLR, {"gamma": 0.3}),
    (lr_scheduler.CosineAnnealingLR, {"T_max": 9, "eta_min": 0.001}),
    (lr_scheduler.CosineAnnealingWarmRestarts, {"T_0": 5, "T_mult": 2, "eta_min": 0.001}),
    (lr_scheduler.ReduceLROnPlateau, {"mode": "max", "factor": 0.3, "patience": 4, "min_lr": [0.001]}),
    (lr_scheduler.LinearLR, {"start_factor": 0.3, "end_factor": 0.9, "total_iters": 4}),
    (lr_scheduler.ConstantLR, {"factor": 0.3, "total_iters": 4}),
    (lr_scheduler.PolynomialLR, {"total_iters": 4, "power": 2.0}),
]


@pytest.mark.parametrize("as_state", [False, True])
@pytest.mark.parametrize(("kind", "options"), SCHEDULES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_schedule_is_told_with_its_options_and_can_be_made_again(kind, options, as_state, tmp_path):
    optimizer = torch.optim.SGD(NETWORK.parameters(), lr=0.1)
    schedule = kind(optimizer, **options)
    training = stored(tmp_path, lr_scheduler=schedule.state_dict() if as_state else schedule)
    assert training.scheduler == kind.__name__
    assert {name: training.scheduler_options[name] for name in options} == options
    recipe = TrainingRecipe("SGD", 1, 1, {"lr": 0.1}, training.scheduler, training.scheduler_options)
    assert type(recipe.build_scheduler(recipe.build_optimizer(NETWORK.parameters()))) is kind


def test_a_schedule_that_cannot_be_made_again_is_not_told(tmp_path):
    optimizer = torch.optim.SGD(NETWORK.parameters(), lr=0.1)
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10)
    assert stored(tmp_path, lr_scheduler=schedule.state_dict()).scheduler is None


def test_a_checkpoint_that_says_nothing_leaves_everything_open(tmp_path):
    assert stored(tmp_path) == StoredTraining()


@pytest.mark.parametrize("accuracy", [torch.tensor(0.5), 0.5])
def test_an_accuracy_is_read_from_a_number_or_a_tensor(accuracy, tmp_path):
    assert stored(tmp_path, best_acc=accuracy).accuracy == 0.5


def test_what_people_note_beside_a_model_does_not_stand_in_the_way(tmp_path):
    notes = {"args": argparse.Namespace(lr=0.1, folder=Path("runs")), "losses": [1.0, 0.5], "epoch": 2}
    assert stored(tmp_path, **notes).epoch == 2


def test_an_epoch_that_is_no_number_is_left_open(tmp_path):
    training = stored(tmp_path, epoch="last", acc=float("nan"))
    assert (training.epoch, training.accuracy) == (None, None)
