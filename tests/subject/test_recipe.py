import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.subject.recipe import TrainingRecipe

SETTINGS = {
    "optimizer": {"name": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4},
    "scheduler": {"name": "MultiStepLR", "milestones": [2]},
    "epochs": 3,
    "batch_size": 8,
}


def test_a_configuration_becomes_a_recipe():
    recipe = TrainingRecipe.from_settings(SETTINGS)
    optimizer = recipe.build_optimizer([torch.nn.Parameter(torch.zeros(2))])
    assert isinstance(optimizer, torch.optim.SGD)
    assert optimizer.param_groups[0]["momentum"] == 0.9
    assert isinstance(recipe.build_scheduler(optimizer), torch.optim.lr_scheduler.MultiStepLR)


def test_fine_tuning_keeps_the_kind_of_optimizer_and_drops_schedule_and_weight_decay():
    gentle = TrainingRecipe.from_settings(SETTINGS).for_fine_tuning(learning_rate=0.001, epochs=10, batch_size=64)
    assert gentle.optimizer == "SGD"
    assert gentle.optimizer_options == {"lr": 0.001, "momentum": 0.9}
    assert gentle.scheduler is None
    assert (gentle.epochs, gentle.batch_size) == (10, 64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": {"name": "Sgd", "lr": 0.1}}, "no optimizer torch.optim.Sgd"),
        ({"scheduler": {"name": "Steps"}}, "no schedule torch.optim.lr_scheduler.Steps"),
        ({"epochs": 0}, "epochs is 0; expected a whole number at least 1"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        TrainingRecipe.from_settings({**SETTINGS, **change})


def test_options_that_an_optimizer_does_not_know_are_named():
    recipe = TrainingRecipe.from_settings({**SETTINGS, "optimizer": {"name": "SGD", "lr": 0.1, "momentun": 0.9}})
    with pytest.raises(ConfigError, match="momentun"):
        recipe.build_optimizer([torch.nn.Parameter(torch.zeros(2))])
