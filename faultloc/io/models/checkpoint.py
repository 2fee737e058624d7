"""What lies where in a checkpoint: networks and weights wherever they are, the optimizer, the schedule, class names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from faultloc.io.models.record import Record, attributes, class_name
from faultloc.io.models.stored_classes import find_class_names
from faultloc.io.models.stored_weights import (
    StoredNetwork,
    is_network,
    is_weights,
    rank_of_entry,
    selected,
    without_network,
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

# Wrappers that hold the network as one of their parts; they need several GPUs or the compiler, or average its weights.
_WRAPPED_AS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "OptimizedModule": "_orig_mod",
}
# Trainers nest their states a few levels deep (callbacks, then a callback, then its state).
_DEEPEST = 8
_MOST_ITEMS = 16


@dataclass(frozen=True)
class Checkpoint:
    """The parts of a checkpoint as they were stored; each None where there is none.

    ``candidates`` are all networks and weights in it, the likeliest first, and ``network`` the first of them: a module,
    a record of one, or a mapping of weights by name. ``class_names`` are those of the outputs, where the file says.
    """

    network: object
    optimizer: object
    scheduler: object
    epoch: object
    accuracy: object
    entries: tuple[str, ...]
    candidates: tuple[StoredNetwork, ...] = ()
    class_names: tuple[str, ...] | None = field(default=None)


def find_parts(root: object, key: str | None = None) -> Checkpoint:
    """The parts of the checkpoint whose outermost object is ``root``; ``key`` names the entry that holds the network,
    by its path with dots between (``state_dict_ema``, ``callbacks.ema.weights``), or a prefix of weights' names.

    Raises:
        ModelError: there is no such entry.
    """
    found = sorted(_stored(root, "", 0), key=rank_of_entry)
    if isinstance(root, Mapping) and not is_weights(root):
        found += _joined(root)
    if key is not None:
        found = selected(found, key)
    network = found[0].content if found else None
    if not isinstance(root, Mapping):
        entries = () if found else (f"a {class_name(root)}",)
        return Checkpoint(network, None, None, None, None, entries, tuple(found))
    if is_weights(root) or is_network(root):
        return Checkpoint(network, None, None, None, None, (), tuple(found))
    around = [root, *_holding(root, found)]
    return Checkpoint(
        network=network,
        optimizer=_sole(_first(around, _OPTIMIZER_KEYS)),
        scheduler=_sole(_first(around, _SCHEDULER_KEYS)),
        epoch=_first(around, _EPOCH_KEYS),
        accuracy=_first(around, _ACCURACY_KEYS),
        entries=tuple(map(str, root)),
        candidates=tuple(found),
        class_names=_class_names(around),
    )


def unwrapped(network: object) -> object:
    """``network`` without the wrappers of parallel training, of averaging and of torch.compile."""
    while (part := _WRAPPED_AS.get(class_name(network))) is not None:
        parts = attributes(network).get("_modules")
        if not isinstance(parts, Mapping) or part not in parts:
            break
        network = parts[part]
    return network


def _stored(value: object, path: str, depth: int) -> Iterator[StoredNetwork]:
    if is_network(value):
        if not _is_loss(value):
            yield StoredNetwork(path, unwrapped(value))
    elif is_weights(value):
        yield StoredNetwork(path, value)
    elif isinstance(value, list | tuple) and len(value) <= _MOST_ITEMS and depth < _DEEPEST:  # (state_dict, epoch)
        for place, each in enumerate(value):
            yield from _stored(each, f"{path}.{place}" if path else str(place), depth + 1)
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        # Where Lightning averages weights, `state_dict` is the average, and the weights that are trained stand beside.
        averaged = "current_model_state" in value
        for name, each in value.items():
            inner = f"{path}.{name}" if path else str(name)
            if isinstance(name, str) and not without_network(name):
                for found in _stored(each, inner, depth + 1):
                    is_average = averaged and name == "state_dict" and found.path == inner
                    yield StoredNetwork(found.path, found.content, is_average or found.is_averaged)


def _joined(root: Mapping) -> list[StoredNetwork]:
    """The parts of a network that lie under keys of their own, as one, each name behind its key.

    {"encoder": ..., "classifier": ...} holds the weights of one network in two entries.
    """
    parts = {name: value for name, value in root.items() if isinstance(name, str) and is_weights(value)}
    if len(parts) < 2:
        return []
    joined = {f"{name}.{inner}": weight for name, part in parts.items() for inner, weight in part.items()}
    return [StoredNetwork("", joined, is_joined=True)]


def _holding(root: Mapping, found: list[StoredNetwork]) -> Iterator[Mapping]:
    """The mappings inside ``root`` on the way to the network."""
    holder: object = root
    for name in found[0].path.split(".")[:-1] if found else ():
        holder = holder.get(name) if isinstance(holder, Mapping) else None
        if isinstance(holder, Mapping):
            yield holder


def _class_names(around: Sequence[Mapping]) -> tuple[str, ...] | None:
    """The names of the outputs, beside the network or among what else is noted there (`meta`, `dataset_meta`)."""
    noted = [
        value for each in around for value in each.values() if isinstance(value, Mapping) and not is_weights(value)
    ]
    deeper = [value for each in noted for value in each.values() if isinstance(value, Mapping)]
    return next((names for each in (*around, *noted, *deeper) if (names := find_class_names(each)) is not None), None)


def _is_loss(value: object) -> bool:
    module = value.path if isinstance(value, Record) else type(value).__module__
    return module.startswith("torch.nn.modules.loss") and isinstance(value, nn.Module | Record)


def _first(around: list[Mapping], keys: tuple[str, ...]) -> object:
    return next((each[key] for each in around for key in keys if each.get(key) is not None), None)


def _sole(value: object) -> object:
    # PyTorch Lightning keeps lists, of one optimizer and one schedule as a rule.
    return value[0] if isinstance(value, list) and len(value) == 1 else value
