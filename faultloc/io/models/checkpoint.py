"""What lies where in a checkpoint: the network, the optimizer, the schedule, under the names that people use."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from faultloc.io.models.record import Record, attributes, class_name

_NETWORK_KEYS = (
    "model",
    "net",
    "network",
    "module",
    "state_dict",
    "model_state_dict",
    "model_state",
    "net_state_dict",
    "weights",
)
_OPTIMIZER_KEYS = ("optimizer", "optim", "opt", "optimizer_state_dict", "optim_state_dict", "optimizer_states")
_SCHEDULER_KEYS = (
    "lr_scheduler",
    "scheduler",
    "sched",
    "scheduler_state_dict",
    "lr_scheduler_state_dict",
    "lr_schedulers",
)
_EPOCH_KEYS = ("epoch", "epochs")
_ACCURACY_KEYS = ("acc", "accuracy", "val_acc", "test_acc", "valid_acc", "best_acc", "val_accuracy", "test_accuracy")

# Wrappers that hold the network as one of their parts; they need several GPUs or the compiler.
_WRAPPED_AS = {"DataParallel": "module", "DistributedDataParallel": "module", "OptimizedModule": "_orig_mod"}


@dataclass(frozen=True)
class Checkpoint:
    """The parts of a checkpoint as they were stored; each None where there is none.

    ``network`` is a module, a record of one, or a mapping of weights by name.
    """

    network: object
    optimizer: object
    scheduler: object
    epoch: object
    accuracy: object
    entries: tuple[str, ...]


def find_parts(root: object) -> Checkpoint:
    """The parts of the checkpoint whose outermost object is ``root``."""
    if is_network(root) or is_weights(root):
        return Checkpoint(unwrapped(root), None, None, None, None, ())
    if not isinstance(root, Mapping):
        return Checkpoint(None, None, None, None, None, (f"a {class_name(root)}",))
    named = [root[key] for key in _NETWORK_KEYS if key in root]
    found = [value for value in [*named, *root.values()] if is_network(value)]
    found += [value for value in named if is_weights(value)]
    return Checkpoint(
        network=unwrapped(found[0]) if found else None,
        optimizer=_sole(_first(root, _OPTIMIZER_KEYS)),
        scheduler=_sole(_first(root, _SCHEDULER_KEYS)),
        epoch=_first(root, _EPOCH_KEYS),
        accuracy=_first(root, _ACCURACY_KEYS),
        entries=tuple(map(str, root)),
    )


def is_network(value: object) -> bool:
    """Whether ``value`` is a module or stands for one."""
    return isinstance(value, nn.Module) or (isinstance(value, Record) and "_modules" in attributes(value))


def is_weights(value: object) -> bool:
    """Whether ``value`` maps names to tensors, as a state dict does."""
    if not isinstance(value, Mapping) or not any(isinstance(entry, Tensor) for entry in value.values()):
        return False
    return all(
        isinstance(key, str) and (isinstance(entry, Tensor) or key.endswith("_extra_state"))
        for key, entry in value.items()
    )


def unwrapped(network: object) -> object:
    """``network`` without the wrappers of parallel training and of torch.compile."""
    while (part := _WRAPPED_AS.get(class_name(network))) is not None:
        parts = attributes(network).get("_modules")
        if not isinstance(parts, Mapping) or part not in parts:
            break
        network = parts[part]
    return network


def _first(root: Mapping, keys: tuple[str, ...]) -> object:
    return next((root[key] for key in keys if root.get(key) is not None), None)


def _sole(value: object) -> object:
    # PyTorch Lightning keeps lists, of one optimizer and one schedule as a rule.
    return value[0] if isinstance(value, list) and len(value) == 1 else value
