"""How a subject was trained, kept with its weights so that mutants can be trained the same way."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number

Option = float | int | bool | str | list | None


@dataclass(frozen=True)
class TrainingRecipe:
    """Optimizer and schedule by their names in ``torch.optim``, with their options, for a number of epochs."""

    optimizer: str
    epochs: int
    batch_size: int
    optimizer_options: Mapping[str, Option] = field(default_factory=dict)
    scheduler: str | None = None
    scheduler_options: Mapping[str, Option] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "TrainingRecipe":
        """The recipe of a configuration whose ``optimizer`` and ``scheduler`` hold a ``name`` beside their options."""
        for part in ("optimizer", "scheduler"):
            named = isinstance(settings[part], Mapping) and "name" in settings[part]
            if not named and not (part == "scheduler" and settings[part] is None):
                raise ConfigError(
                    f"train.{part} is {settings[part]!r}; expected a name in torch.optim with its options, for example "
                    f"train.{part}.name=..., as in conf/train/"
                )
        optimizer, scheduler = dict(settings["optimizer"]), dict(settings["scheduler"] or {})
        return cls(
            optimizer=optimizer.pop("name"),
            optimizer_options=optimizer,
            scheduler=scheduler.pop("name", None),
            scheduler_options=scheduler,
            epochs=settings["epochs"],
            batch_size=settings["batch_size"],
        )

    def __post_init__(self) -> None:
        if not isinstance(getattr(torch.optim, self.optimizer, None), type):
            raise ConfigError(
                f"there is no optimizer torch.optim.{self.optimizer}; known are SGD, Adam, AdamW and others"
            )
        if self.scheduler is not None and not hasattr(torch.optim.lr_scheduler, self.scheduler):
            raise ConfigError(f"there is no schedule torch.optim.lr_scheduler.{self.scheduler}; MultiStepLR is one")
        check_number("epochs", self.epochs, at_least=1, whole=True)
        check_number("batch_size", self.batch_size, at_least=1, whole=True)

    def for_fine_tuning(self, *, learning_rate: float, epochs: int, batch_size: int) -> "TrainingRecipe":
        """The same optimizer, gently: a constant learning rate, no weight decay.

        Source: the authors' code of DFauLo, which builds a fresh optimizer of the subject's kind for every mutant.
        """
        check_number("learning_rate", learning_rate, above=0)
        options = {**self.optimizer_options, "lr": learning_rate}
        options.pop("weight_decay", None)
        return replace(
            self, optimizer_options=options, scheduler=None, scheduler_options={}, epochs=epochs, batch_size=batch_size
        )

    def build_optimizer(self, parameters: Iterable[nn.Parameter]) -> Optimizer:
        """A fresh optimizer over ``parameters``, fused into one kernel a step where torch has one."""
        kind = getattr(torch.optim, self.optimizer)
        options = dict(self.optimizer_options)
        if "fused" in inspect.signature(kind).parameters:
            options.setdefault("fused", True)
        try:
            return kind(parameters, **options)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"torch.optim.{self.optimizer} does not take these options {options}: {error}") from error

    def build_scheduler(self, optimizer: Optimizer) -> LRScheduler | ReduceLROnPlateau | None:
        """The schedule of ``optimizer``'s learning rate, advanced once an epoch, or None."""
        if self.scheduler is None:
            return None
        try:
            return getattr(torch.optim.lr_scheduler, self.scheduler)(optimizer, **self.scheduler_options)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"torch.optim.lr_scheduler.{self.scheduler} does not take {dict(self.scheduler_options)}: {error}"
            ) from error
