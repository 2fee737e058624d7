"""Putting stored weights into a network: which of those in a file, and saying which do not fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.io.models.fitting import Fit, fits_of, left_out_of, nearest_fit, tensors
from faultloc.io.models.stored_weights import StoredNetwork, is_averaged, is_beside

_SHOWN_NAMES = 3
_HALF = {"float16", "bfloat16"}


@dataclass(frozen=True)
class Put:
    """Which ``entry`` was put into a network, and what there is to ``notes`` about it, each a sentence for people."""

    entry: StoredNetwork
    notes: tuple[str, ...] = ()


def put_weights(
    network: nn.Module,
    weights: Mapping[str, object] | Sequence[StoredNetwork],
    *,
    source: str,
    outputs: int | None = None,
) -> Put:
    """Puts the first of ``weights`` that fit into ``network``: their names may stand behind any one prefix, and what
    training keeps beside a network (a loss, metrics, a second network) may lie beside them.

    ``outputs``, where it is known, tells a network from a part of one, whose head lies beside it.

    Raises:
        ModelError: they are not those of the network; ``source`` says where they come from.
    """
    entries = [StoredNetwork("", weights)] if isinstance(weights, Mapping) else list(weights)
    wanted = network.state_dict()
    fitting = [fit for entry in entries for fit in fits_of(entry, wanted) if _is_whole(fit, network, outputs)]
    if not fitting:
        complaints = "; ".join(_complaints(nearest_fit(_first_weights(entries), wanted), wanted))
        raise ModelError(
            f"the weights in {source} are not those of {type(network).__name__}: {complaints}; name the class that was "
            "trained, for this number of classes and this size of input"
        )
    chosen = min(fitting, key=_rank)
    try:
        network.load_state_dict(chosen.completed(wanted))
    except (RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ModelError(f"the weights in {source} do not fit {type(network).__name__}: {reason}") from error
    others = [fit for fit in fitting if fit is not chosen and not fit.entry.is_joined and _differ(fit, chosen)]
    return Put(chosen.entry, tuple(_notes(chosen, others)))


def _is_whole(fit: Fit, network: nn.Module, outputs: int | None) -> bool:
    """Whether ``fit`` is a network of its own rather than a part of the one that was stored."""
    strangers = [name for name in left_out_of(fit) if not is_beside(name)]
    if any(name.startswith(fit.prefix) for name in strangers):
        return False  # the stored network has a part that this one lacks
    matrices = [name for name in strangers if tensors(fit.entry.weights)[name].ndim > 1]
    if not matrices or outputs is None:
        return True
    last = [weight for weight in network.state_dict().values() if not _is_lazy(weight) and weight.ndim > 1][-1:]
    has_outputs = bool(last) and last[0].shape[0] in ({outputs, 1} if outputs == 2 else {outputs})
    return has_outputs or len(list(fits_of(fit.entry, network.state_dict()))) > 1


def _first_weights(entries: Sequence[StoredNetwork]) -> StoredNetwork:
    return next((entry for entry in entries if isinstance(entry.content, Mapping)), entries[0])


def _rank(fit: Fit) -> tuple[object, ...]:
    # What is trained before its average, and before what only helps to train it; else as the file has them.
    return is_averaged(f"{fit.entry.path}.{fit.prefix}"), is_beside(fit.prefix)


def _differ(one: Fit, other: Fit) -> bool:
    theirs = other.weights
    return any(
        isinstance(weight, Tensor) and isinstance(their := theirs.get(name), Tensor) and not torch.equal(weight, their)
        for name, weight in one.weights.items()
    )


def _notes(chosen: Fit, others: Sequence[Fit]) -> Iterable[str]:
    kind = "averaged weights" if _is_average(chosen) else "weights as trained, not averaged,"
    if others:
        further = [
            f"{'averaged ones' if _is_average(fit) else 'others'} under {_key(fit)!r}" for fit in others[:_SHOWN_NAMES]
        ]
        taken = kind if _is_average(chosen) or any(map(_is_average, others)) else "weights"
        yield (
            f"The {taken} {_place(chosen)} are taken; there are {', '.join(further)} too: --weights-key "
            f"{_key(others[0])} takes those."
        )
    elif _is_average(chosen):
        yield f"The averaged weights {_place(chosen)} are taken."
    kept_in = {str(weight.dtype).removeprefix("torch.") for weight in tensors(chosen.weights).values()} & _HALF
    if kept_in:
        yield f"The weights are stored in {', '.join(sorted(kept_in))}; they are computed with in float32."
    strangers = sorted({_part(name) for name in left_out_of(chosen)})
    used = {_part(f"{fit.prefix}x") for fit in others if fit.entry == chosen.entry}
    strangers = [name for name in strangers if name not in used]
    if strangers:
        more = f" and {len(strangers) - _SHOWN_NAMES} more" if len(strangers) > _SHOWN_NAMES else ""
        yield f"Beside the network the file has {', '.join(strangers[:_SHOWN_NAMES])}{more}, which is left out."


def _is_average(fit: Fit) -> bool:
    return fit.entry.is_averaged or is_averaged(f"{fit.entry.path}.{fit.prefix}")


def _key(fit: Fit) -> str:
    return ".".join(part for part in (fit.entry.path, fit.prefix.rstrip(".")) if part)


def _place(fit: Fit) -> str:
    return f"under {_key(fit)!r}" if _key(fit) else "in the file"


def _part(name: str) -> str:
    owner, _, _ = name.rpartition(".")
    return owner.partition(".")[0] or name


def _complaints(fit: Fit, wanted: Mapping[str, Tensor]) -> list[str]:
    stored = fit.weights
    return [
        *_named("it lacks", [name for name in wanted if name not in stored]),
        *_named("it has, and the network has not,", [name for name in stored if name not in wanted]),
        *_named("the shape differs for", _misshapen(stored, wanted)),
    ]


def _misshapen(weights: Mapping[str, object], wanted: Mapping[str, Tensor]) -> list[str]:
    shapes = {
        name: (tuple(weight.shape), tuple(wanted[name].shape))
        for name, weight in weights.items()
        if isinstance(weight, Tensor) and isinstance(wanted.get(name), Tensor) and not _is_lazy(wanted[name])
    }
    return [f"{name} (stored {found}, expected {asked})" for name, (found, asked) in shapes.items() if found != asked]


def _is_lazy(weight: Tensor) -> bool:
    return nn.parameter.is_lazy(weight)


def _named(what: str, names: Iterable[str]) -> list[str]:
    names = list(names)
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return [f"{what} {', '.join(names[:_SHOWN_NAMES])}{more}"] if names else []
