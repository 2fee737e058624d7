"""Faults of how a network is trained: the learning rate, and an optimizer that is wired wrongly."""

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import nn
from torch.optim import Optimizer

from faultloc.subject.recipe import TrainingRecipe


def with_rate_times(recipe: TrainingRecipe, factor: float | int) -> TrainingRecipe:
    """``recipe`` with its learning rate, or that of the optimizer where it names none, times ``factor``."""
    of_anything = recipe.build_optimizer([nn.Parameter(torch.zeros(1))])
    rate = float(of_anything.param_groups[0]["lr"]) * factor
    return replace(recipe, optimizer_options={**recipe.optimizer_options, "lr": rate})


class WithoutZeroGrad(TrainingRecipe):
    """A recipe for a loop that forgets ``zero_grad``: that of its optimizer does nothing."""

    def build_optimizer(self, parameters: Iterable[nn.Parameter]) -> Optimizer:
        """An optimizer whose gradients add up."""
        optimizer = super().build_optimizer(parameters)
        optimizer.zero_grad = _leave_gradients  # type: ignore[method-assign]
        return optimizer


class ForAnotherCopy(TrainingRecipe):
    """A recipe whose optimizer holds the parameters of another copy of the network."""

    def build_optimizer(self, parameters: Iterable[nn.Parameter]) -> Optimizer:
        """An optimizer that never moves ``parameters``."""
        return super().build_optimizer([nn.Parameter(parameter.detach().clone()) for parameter in parameters])


def _leave_gradients(set_to_none: bool = True) -> None:
    pass
