"""Finding a network's weights among stored ones, whatever stands before their names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from faultloc.io.models.stored_weights import StoredNetwork

# What wrappers put into names: parallel training, torch.compile (of a part of the network, too), sharding, activation
# checkpointing.
_WRAPPERS = re.compile(r"(?:^|(?<=\.))(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
_WRAPPER_ONLY = re.compile(r"(?:(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.)*")


@dataclass(frozen=True)
class Fit:
    """The part of an entry's weights whose stored names begin with ``prefix``: ``weights`` by the network's names.

    ``stored_as`` are the names in the file of those weights.
    """

    entry: StoredNetwork
    prefix: str
    weights: Mapping[str, object]
    stored_as: frozenset[str] = field(default_factory=frozenset)

    def completed(self, wanted: Mapping[str, Tensor]) -> dict[str, object]:
        """The weights for every name of ``wanted``; what need not be stored is as the network has it."""
        ties = _tied(wanted)
        return {
            name: self.weights.get(name, self.weights.get(ties.get(name, name), weight))
            for name, weight in wanted.items()
        } | {name: value for name, value in self.weights.items() if name.endswith("_extra_state") and name in wanted}


def tensors(weights: Mapping[str, object]) -> dict[str, Tensor]:
    """Those of ``weights`` that are tensors."""
    return {name: weight for name, weight in weights.items() if isinstance(weight, Tensor)}


def fits_of(entry: StoredNetwork, wanted: Mapping[str, Tensor]) -> Iterator[Fit]:
    """The ways in which the weights of ``entry`` hold all of ``wanted``, in the right shapes: one for each prefix."""
    if not isinstance(entry.content, Mapping):
        return
    for own in _own_prefixes(wanted):
        inner = {name.removeprefix(own): weight for name, weight in wanted.items()}
        for names in _namings(entry.weights, inner):
            found = [fit for prefix in _prefixes(names, inner) if (fit := _fit(entry, names, prefix, inner, own))]
            if found:
                yield from found
                return


def left_out_of(fit: Fit) -> list[str]:
    """The names in the file of the tensors of its entry that ``fit`` does not use."""
    return [name for name in tensors(fit.entry.weights) if name not in fit.stored_as]


def nearest_fit(entry: StoredNetwork, wanted: Mapping[str, Tensor]) -> Fit:
    """What comes nearest where nothing fits, to be complained about: weights by the names that they would have."""
    stored = tensors(entry.weights) if isinstance(entry.content, Mapping) else {}
    prefixes = _prefixes({name: name for name in stored}, wanted)
    best = max(prefixes, key=lambda prefix: sum(prefix + name in stored for name in wanted), default="")
    shared = sum(best + name in stored for name in wanted)
    is_complete = shared == len(wanted) and all(
        _has_shape_of(stored[best + name], weight) for name, weight in wanted.items()
    )
    is_part = is_complete and sum(name.startswith(best) for name in stored) == len(wanted)
    # A part of the stored network fits, of which the rest is missed: its names say of which.
    if is_part or 2 * shared < len(wanted):
        best = next(iter({_WRAPPER_ONLY.match(name).group() for name in stored}), "") if stored else ""  # type: ignore[union-attr]
        if not all(name.startswith(best) for name in stored):
            best = ""
    inside = {name.removeprefix(best): weight for name, weight in stored.items() if name.startswith(best)}
    return Fit(entry, best, inside)


def _own_prefixes(wanted: Mapping[str, Tensor]) -> Iterator[str]:
    """What all names of the network itself begin with, where its class only wraps another; the empty one first."""
    own = ""
    yield own
    while len(owners := {name.removeprefix(own).partition(".")[0] for name in wanted}) == 1:
        own += f"{owners.pop()}."
        if not all(name.startswith(own) for name in wanted):
            return
        yield own


def _namings(weights: Mapping[str, object], wanted: Mapping[str, Tensor]) -> Iterator[dict[str, str]]:
    """The stored names by those to look for: as they are, then without what wrappers put into their midst."""
    names = list(tensors(weights))
    yield {name: name for name in names}
    if not any(_WRAPPERS.search(name) for name in wanted):
        bare = {_WRAPPERS.sub("", name): name for name in names}
        if len(bare) == len(names):
            yield bare


def _prefixes(names: Mapping[str, str], wanted: Mapping[str, Tensor]) -> list[str]:
    """What may stand before the network's names, shortest first, else as in the file: what stands before one there."""
    if not wanted:
        return [""]
    found: dict[str, None] = {}
    # The longest names are the fewest to end so by chance; of several, since one may need no storing.
    for anchor in sorted(wanted, key=lambda name: (-name.count("."), -len(name)))[:3]:
        found |= {name[: -len(anchor)]: None for name in names if name == anchor or name.endswith(f".{anchor}")}
    return sorted(found, key=lambda prefix: prefix.count("."))


def _fit(
    entry: StoredNetwork, names: Mapping[str, str], prefix: str, wanted: Mapping[str, Tensor], own: str
) -> Fit | None:
    stored, ties = entry.weights, _tied(wanted)
    weights: dict[str, object] = {}
    used = set()
    for name, weight in wanted.items():
        original = names.get(prefix + name)
        if original is None:
            if name.endswith("num_batches_tracked") or prefix + ties.get(name, name) in names:
                continue
            return None
        found = stored[original]
        if not isinstance(found, Tensor) or not _has_shape_of(found, weight):
            return None
        weights[own + name] = found
        used.add(original)
    return Fit(entry, prefix, weights, frozenset(used))


def _tied(wanted: Mapping[str, Tensor]) -> dict[str, str]:
    """The names of weights that are another's, which some formats store once, and that other's name."""
    first: dict[tuple[int, tuple[int, ...]], str] = {}
    ties = {}
    for name, weight in wanted.items():
        if _is_lazy(weight) or not weight.numel():
            continue
        key = (weight.data_ptr(), tuple(weight.shape))
        if key in first:
            ties[name], ties[first[key]] = first[key], name
        else:
            first[key] = name
    return ties


def _has_shape_of(found: Tensor, wanted: Tensor) -> bool:
    return _is_lazy(wanted) or found.shape == wanted.shape


def _is_lazy(weight: Tensor) -> bool:
    return nn.parameter.is_lazy(weight)
