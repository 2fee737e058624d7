"""Networks and weights as they lie in a checkpoint, and which of several is the likeliest to be meant."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.io.models.record import Record, attributes

# The names under which people and trainers keep the network, the commonest first.
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

# What trainers keep beside the network: nothing of it is looked into. An optimizer's moments are tensors by name, too.
_WITHOUT_NETWORK = re.compile(
    r"optim|sched|scaler|^loops$|rng|^hyper_?param|hparam|hyperparameters|^args$|^config$|^cfg$|sampler|loader|history"
)
# Weights that are a running mean of those that are trained.
_AVERAGED = re.compile(
    r"(^|[^a-z0-9])(ema|swa|averaged?|averaging|avg|polyak|shadow|encoder_k|key_encoder|(momentum|target)_"
    r"(encoder|network|net|model|backbone))(?=$|[^a-z])(?!pool)",
    re.IGNORECASE,
)
# What lies beside a network without being a part of it: losses with weights, metrics and their counts, profilers'
# counts, further networks that training needs.
_BESIDE = re.compile(
    r"(^|_)(criterion|criteria|loss\w*|\w*loss|metrics?|acc\d*|accuracy|f1\w*|auroc|auc|precision|recall|confmat|"
    r"confusion\w*|kappa|mcc|specificity|jaccard|iou|ema|swa|averaged|teacher|discriminator|n_averaged|initted|"
    r"total_ops|total_params|class_weights?|pos_weight)($|_)|^step$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class StoredNetwork:
    """A module, a record of one, or weights by name, and its ``path`` in the checkpoint, dots between; empty: all.

    ``is_averaged`` weights are a mean over the steps of training, although their name does not say so; ``is_joined``
    ones are put together from several entries.
    """

    path: str
    content: object
    is_averaged: bool = False
    is_joined: bool = False

    @property
    def weights(self) -> Mapping[str, object]:
        """The tensors by name, of weights."""
        assert isinstance(self.content, Mapping)
        return self.content

    @property
    def place(self) -> str:
        """Where it lies, in words."""
        return f"under {self.path!r}" if self.path else "in the file"


def is_network(value: object) -> bool:
    """Whether ``value`` is a module or stands for one."""
    return isinstance(value, nn.Module) or (isinstance(value, Record) and "_modules" in attributes(value))


def is_weights(value: object) -> bool:
    """Whether ``value`` maps names to tensors, as a state dict does; numbers and texts may stand between them."""
    if not isinstance(value, Mapping) or not any(isinstance(entry, Tensor) for entry in value.values()):
        return False
    return all(
        isinstance(key, str) and (isinstance(entry, Tensor | int | float | str | None) or key.endswith("_extra_state"))
        for key, entry in value.items()
    )


def without_network(name: str) -> bool:
    """Whether what a checkpoint calls ``name`` is looked into for a network."""
    return _WITHOUT_NETWORK.search(name) is not None


def is_averaged(name: str) -> bool:
    """Whether ``name``, a path or a prefix, is that of averaged weights."""
    return _AVERAGED.search(name) is not None


def is_beside(name: str) -> bool:
    """Whether a weight called ``name`` belongs to no network, but to what stands beside it in training."""
    return any(_BESIDE.search(part) for part in name.split("."))


def rank_of_entry(entry: StoredNetwork) -> tuple[object, ...]:
    """The likeliest to be meant sorts first: what is trained before its average, whole networks before weights."""
    last = entry.path.rpartition(".")[2]
    return (
        is_averaged(entry.path) or is_beside(entry.path),
        not is_network(entry.content),
        _NETWORK_KEYS.index(last) if last in _NETWORK_KEYS else len(_NETWORK_KEYS),
        entry.path.count("."),
    )


def selected(entries: Sequence[StoredNetwork], key: str) -> list[StoredNetwork]:
    """Those of ``entries`` that ``key`` names: by their path, or weights by a prefix of their names.

    Raises:
        ModelError: it names none.
    """
    key = key.rstrip(".")
    named = [entry for entry in entries if (entry.path == key or entry.path.startswith(f"{key}.")) and key]
    for entry in [] if named else entries:
        inner = key.removeprefix(f"{entry.path}.") if entry.path else key
        if isinstance(entry.content, Mapping):
            part = {
                name.removeprefix(f"{inner}."): weight
                for name, weight in entry.content.items()
                if name.startswith(f"{inner}.")
            }
            if part:
                named.append(StoredNetwork(f"{entry.path}.{inner}" if entry.path else inner, part, entry.is_averaged))
    if not named:
        raise ModelError(
            f"--weights-key {key!r} names nothing in the file; expected the path of a network or of weights, one of "
            f"{', '.join(_choices(entries)) or 'none, since it holds neither'}"
        )
    return named[:1] if not any(entry.path == key for entry in named) else [e for e in named if e.path == key]


def _choices(entries: Sequence[StoredNetwork]) -> list[str]:
    paths = [entry.path for entry in entries if entry.path]
    parts = [
        name.partition(".")[0]
        for entry in entries
        if isinstance(entry.content, Mapping)
        for name in entry.content
        if "." in name
    ]
    return list(dict.fromkeys([*paths, *parts]))[:8]
