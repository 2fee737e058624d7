"""How a model was trained, as far as its checkpoint says: the kind of optimizer and schedule, and their options.

The stored optimizer itself is of no use: it is bound to the parameters of another process. Its class and its options
are what a fresh one is made from.
"""

import inspect
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import torch
from torch import Tensor
from torch.optim import lr_scheduler

from faultloc.io.models.checkpoint import Checkpoint
from faultloc.io.models.record import Record, attributes, class_name
from faultloc.subject.recipe import Option

# What only says how the arithmetic is carried out on the machine that trained.
_MACHINE_OPTIONS = ("foreach", "fused", "capturable", "differentiable")

_LAST_EPOCH = 1_000_000  # a damaged file's numbers must not fill the memory

# A state dict names no class: the options that one optimizer alone has, and what else must hold. Tried in this order.
_TELLING_OPTIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("SGD", frozenset({"momentum", "dampening", "nesterov"})),
    ("RMSprop", frozenset({"alpha", "centered"})),
    ("Adagrad", frozenset({"lr_decay", "initial_accumulator_value"})),
    ("Adadelta", frozenset({"rho"})),
    ("NAdam", frozenset({"betas", "momentum_decay"})),
    ("Rprop", frozenset({"etas", "step_sizes"})),
    ("ASGD", frozenset({"lambd", "t0"})),
    ("LBFGS", frozenset({"history_size"})),
)

# The same for a schedule's state. The first that fits counts: MultiStepLR has all that ExponentialLR has.
_TELLING_STATE: tuple[tuple[str, frozenset[str]], ...] = (
    ("StepLR", frozenset({"step_size", "gamma"})),
    ("MultiStepLR", frozenset({"milestones", "gamma"})),
    ("CosineAnnealingWarmRestarts", frozenset({"T_0", "T_mult"})),
    ("CosineAnnealingLR", frozenset({"T_max", "eta_min"})),
    ("ReduceLROnPlateau", frozenset({"patience", "factor"})),
    ("LinearLR", frozenset({"start_factor", "total_iters"})),
    ("PolynomialLR", frozenset({"power", "total_iters"})),
    ("ConstantLR", frozenset({"factor", "total_iters"})),
    ("ExponentialLR", frozenset({"gamma", "base_lrs"})),
)


@dataclass(frozen=True)
class StoredTraining:
    """What a checkpoint says of how its model was trained; None where it does not say.

    ``optimizer`` is a name in ``torch.optim``, its options those of the first parameter group that the class takes; the
    learning rate is the one that training began with. ``scheduler`` is a name in ``torch.optim.lr_scheduler``, given
    only where all that its class asks for is known; ``epoch`` and ``accuracy`` are as they were written.
    """

    optimizer: str | None = None
    optimizer_options: Mapping[str, Option] = field(default_factory=dict)
    scheduler: str | None = None
    scheduler_options: Mapping[str, Option] = field(default_factory=dict)
    epoch: int | None = None
    accuracy: float | None = None


def describe_training(checkpoint: Checkpoint) -> StoredTraining:
    """What ``checkpoint`` says of the training."""
    optimizer, optimizer_options = _described_optimizer(checkpoint.optimizer)
    scheduler, scheduler_options = _described_scheduler(checkpoint.scheduler)
    epoch, accuracy = _number(checkpoint.epoch), _number(checkpoint.accuracy)
    return StoredTraining(
        optimizer=optimizer,
        optimizer_options=optimizer_options,
        scheduler=scheduler,
        scheduler_options=scheduler_options,
        epoch=int(epoch) if epoch is not None and epoch == int(epoch) else None,
        accuracy=accuracy,
    )


def _described_optimizer(stored: object) -> tuple[str | None, dict[str, Option]]:
    is_state, state = isinstance(stored, Mapping), attributes(stored)
    groups = state.get("param_groups")
    group = groups[0] if isinstance(groups, list) and groups and isinstance(groups[0], dict) else {}
    name = _told_optimizer(group) if is_state else class_name(stored)
    kind = _known_class(torch.optim, name, torch.optim.Optimizer)
    if name is None or kind is None:
        return None, {}
    taken = inspect.signature(kind).parameters.keys() - {"params", *_MACHINE_OPTIONS}
    options = {key: value for key, value in group.items() if key in taken}
    if "lr" in options:
        options["lr"] = group.get("initial_lr", options["lr"])
    return name, _plain(options)


def _known_class(module: ModuleType, name: str | None, base: type) -> type | None:
    found = getattr(module, name, None) if name else None
    return found if isinstance(found, type) and issubclass(found, base) and found is not base else None


def _told_optimizer(group: Mapping[str, object]) -> str | None:
    if {"betas", "amsgrad", "decoupled_weight_decay"} <= group.keys() and "momentum_decay" not in group:
        return "AdamW" if group["decoupled_weight_decay"] else "Adam"
    # Before PyTorch 2.7 nothing tells Adam's options from AdamW's: neither is in the table.
    return next((name for name, telling in _TELLING_OPTIONS if telling <= group.keys()), None)


def _described_scheduler(stored: object) -> tuple[str | None, dict[str, Option]]:
    is_state, state = isinstance(stored, Mapping), attributes(stored)
    name = _told_scheduler(state) if is_state else class_name(stored)
    kind = _known_class(lr_scheduler, name, lr_scheduler.LRScheduler)
    if name is None or kind is None:
        return None, {}
    known = dict(state)
    if isinstance(milestones := known.get("milestones"), Counter):
        known["milestones"] = _counted(milestones)
    if "min_lrs" in known:
        known["min_lr"] = known["min_lrs"]
    asked = {
        name: parameter
        for name, parameter in inspect.signature(kind).parameters.items()
        if name not in ("optimizer", "last_epoch", "verbose")
    }
    options = _plain({name: known[name] for name in asked if name in known})
    if any(name not in options and parameter.default is parameter.empty for name, parameter in asked.items()):
        return None, {}
    return name, options


def _counted(milestones: Counter) -> list[int] | None:
    # An epoch given twice counts twice.
    if not all(isinstance(part, int) and 0 <= part <= _LAST_EPOCH for item in milestones.items() for part in item):
        return None
    return sorted(milestones.elements()) if milestones.total() <= _LAST_EPOCH else None


def _told_scheduler(state: Mapping[str, object]) -> str | None:
    if "_schedulers" in state:  # several in turn, whose parts are not recovered
        return None
    return next((name for name, telling in _TELLING_STATE if telling <= state.keys()), None)


def _plain(options: Mapping[str, object]) -> dict[str, Option]:
    plain: dict[str, Option] = {}
    for name, value in options.items():
        if value is None or isinstance(value, bool | int | float | str):
            plain[name] = value  # a mode ("min", "rel") is text
        elif isinstance(value, tuple | list) and _are_numbers(value):
            plain[name] = [_number(entry) for entry in value]
        elif (number := _number(value)) is not None:
            plain[name] = number
    return plain


def _are_numbers(values: Iterable[object]) -> bool:
    return all(_number(value) is not None for value in values)


def _number(value: object) -> float | int | None:
    """``value`` as a finite number: a number, a tensor of one, or NumPy's scalar in a record."""
    if isinstance(value, Tensor) and value.numel() == 1 and not value.is_complex():
        value = value.item()
    if isinstance(value, np.number):
        value = value.item()
    if isinstance(value, Record) and value.path.endswith(".multiarray.scalar"):
        value = _numpy_scalar(value.arguments)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= sys.float_info.max else None  # which NaN is not


def _numpy_scalar(arguments: tuple[object, ...]) -> object:
    if len(arguments) != 2 or not isinstance(arguments[0], Record) or not isinstance(arguments[1], bytes):
        return None
    for kind in ("f8", "f4", "i8", "i4"):
        if arguments[0].arguments[:1] == (kind,) and len(arguments[1]) == np.dtype(kind).itemsize:
            return np.frombuffer(arguments[1], dtype=kind)[0].item()
    return None
