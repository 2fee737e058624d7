"""Which units of a model at hand matter, as its options say: by an attribution, by votes, or by a table of scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError
from faultloc.io.coverage.importance_table import load_importance
from faultloc.methods.idc.attributions.explained import Target
from faultloc.methods.idc.importance import Importance, read_importance
from faultloc.methods.idc.selection import UnitGroups, select_groups
from faultloc.methods.idc.speaking_samples import samples_of_class, speaking_samples
from faultloc.methods.idc.units import UnitReader, labelled_batches
from faultloc.methods.idc.voters import METHODS, voters
from faultloc.methods.idc.voting import vote
from faultloc.own.brought import Brought
from faultloc.own.class_order_check import settle_class_order
from faultloc.own.idc.options import VOTES, CoverageOptions
from faultloc.own.layer_names import full_name, own_name
from faultloc.own.stored_samples import Say
from faultloc.probes.predictions import predict
from faultloc.subject.batches import as_tensor
from faultloc.subject.seeding import numpy_generator

# WISDOM votes on batches of 32, all of them; after so many the head of the list no longer changes (docs/coverage.md).
_VOTING_BATCH, _VOTING_BATCHES = 32, 20


@dataclass(frozen=True)
class Important:
    """The ``importance`` of all units by the user's own layer names, of each class by its name where it was read so;
    and the important ones, in groups, by the names that the network has."""

    importance: Importance
    groups: UnitGroups
    by_class: Mapping[str, Importance] = field(default_factory=dict)


def find_important(brought: Brought, options: CoverageOptions, target: Target | None, say: Say) -> Important:
    """The importance that the options ask for, and the units that it selects.

    Raises:
        ConfigError: there is no such layer, or not so many units.
        DataError: no training sample is answered rightly, or the table is of another network.
        ModelError: the network is not one for the attribution.
    """
    by_class: dict[str, Importance] = {}
    if options.csv_file is not None:
        own = load_importance(
            options.csv_file, _widths(brought), at_least=1 if options.selection.fewer_will_do else options.selection.top
        )
    elif options.attribution == VOTES:
        own = _own(brought, _votes(brought, options, target, say))
    else:
        by_class = {name: _own(brought, found) for name, found in _by_class(brought, options, target, say)}
        own = _total(by_class)
    groups = {
        name: [(full_name(brought.network, layer), number) for layer, number in units]
        for name, units in select_groups(own, options.selection).items()
    }
    return Important(own, groups, by_class)


def class_index(brought: Brought, options: CoverageOptions) -> int | None:
    """The index of the class that the options name.

    Raises:
        ConfigError: there is none of that name.
    """
    names = brought.splits.train.class_names
    if options.of_class is None:
        return None
    if options.of_class not in names:
        raise ConfigError(f"--test-image is {options.of_class}; expected one of the classes: {', '.join(names)}")
    return names.index(options.of_class)


def _speaking(brought: Brought, options: CoverageOptions, target: Target | None, say: Say) -> Int[np.ndarray, "chosen"]:
    train, of_class = brought.splits.train, class_index(brought, options)
    if target is not None:
        return samples_of_class(train.labels, of_class)
    said = predict(brought.network, train, brought.device, batch_size=options.batch_size).outputs
    settle_class_order(said, train.labels, train.class_names, brought.folder, say, trusted=brought.trusts_classes)
    return speaking_samples(said, train.labels, of_class=of_class)


def _by_class(
    brought: Brought, options: CoverageOptions, target: Target | None, say: Say
) -> Iterator[tuple[str, Importance]]:
    train, kept = brought.splits.train, _speaking(brought, options, target, say)
    for index, name in enumerate(train.class_names):
        of_class = kept[train.labels[kept] == index]
        if len(of_class):
            batches = labelled_batches(train.select(of_class), brought.device, options.batch_size)
            rng = numpy_generator(options.seed, "importance", name)
            yield name, read_importance(brought.network, batches, options.attribution, rng, target=target)


def _total(by_class: Mapping[str, Importance]) -> Importance:
    layers = next(iter(by_class.values()))
    return {layer: sum(found[layer] for found in by_class.values()) for layer in layers}  # type: ignore[misc]


def _votes(brought: Brought, options: CoverageOptions, target: Target | None, say: Say) -> Importance:
    if target is not None:
        raise ConfigError(
            "--attr wisdom weighs attributions by the loss of a classifier; with --target, name one of them"
        )
    train, of_class = brought.splits.train, class_index(brought, options)
    chosen = samples_of_class(train.labels, of_class)
    chosen = numpy_generator(options.seed, "vote").permutation(chosen)[: _VOTING_BATCH * _VOTING_BATCHES]
    parts = [chosen[start : start + _VOTING_BATCH] for start in range(0, len(chosen), _VOTING_BATCH)]
    inputs = as_tensor(train.inputs, brought.device)
    batches = ((inputs[as_tensor(part, brought.device)], train.labels[part]) for part in parts)
    rng = numpy_generator(options.seed, "vote", "attributions")
    voted = vote(brought.network, batches, voters(METHODS, rng))
    for note in voted.notes:
        say(f"Votes: {note}")
    return voted.scores


def _own(brought: Brought, importance: Importance) -> Importance:
    return {own_name(brought.network, name): scores for name, scores in importance.items()}


def _widths(brought: Brought) -> dict[str, int]:
    read = UnitReader(brought.network).read(next(labelled_batches(brought.splits.train, brought.device, 2)))
    return {own_name(brought.network, name): width for name, width in zip(read.layers, read.widths, strict=True)}
