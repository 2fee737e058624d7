"""WISDOM's selector: attributions vote for units, each with the weight of the loss that pruning its choice costs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError, TrainingError
from faultloc.methods.idc.importance import Importance
from faultloc.methods.idc.pruning import losses_without
from faultloc.methods.idc.selection import select_units
from faultloc.methods.idc.unit_outputs import Unit

# Gains that sum to less than this share of their sizes cancel out.
_CANCELS = 0.1
# By the layer's name, in the order of the network, the last layer too: a number a sample and unit.
UnitScores = Mapping[str, Float[np.ndarray, "_ _"]]
# What votes, from a network, a batch of inputs and their labels: how much each unit matters for the label, signed.
Voter = Callable[[nn.Module, Tensor, Int[np.ndarray, "sample"]], UnitScores]


@dataclass(frozen=True)
class Votes:
    """What was voted: ``scores`` has a whole number a unit of every layer but the last, 0 or more, higher matters more.

    ``weights`` are the mean over batches of what each method counted. Where every batch named as many units as there
    are votes, the scores sum to ``votes * (votes + 1) / 2`` times ``batches``: 55 a batch for ten votes. ``notes`` are
    sentences for people: where the weights say little.
    """

    scores: Importance
    batches: int
    weights: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BestMethods:
    """The method whose choice costs each input most: ``best`` has its name, a name a sample.

    ``gains`` has a column a method, in the order of ``methods``: by how much the loss of the sample grows without the
    units that the method names for it, in nats; negative where it shrinks.
    """

    methods: tuple[str, ...]
    gains: Float[np.ndarray, "sample method"]
    best: tuple[str, ...]


def vote(
    network: nn.Module,
    batches: Iterable[tuple[Tensor, Int[np.ndarray, "_"]]],
    voters: Mapping[str, Voter],
    *,
    candidates: int = 10,
    votes: int = 10,
    across: bool = True,
    clipped: bool = False,
) -> Votes:
    """The units that the ``voters`` vote for, batch by batch; ``batches`` give inputs and their labels.

    Of each batch every method names the ``candidates`` units of the highest summed attribution in all layers but the
    last. Its gain is by how much the loss grows without them, its weight the gain as a share of the sum of all gains.
    A unit scores what the methods that name it say of it, times their weights; the highest gets as many votes as
    ``votes`` says, the next one less, and so on to 1. Where fewer are named the last still gets 1. Of equal units the
    one in the earlier layer comes first; in what order the methods stand does not matter.

    Not ``across``, only the method of the largest gain votes (of equal ones the first by the alphabet). ``clipped``
    takes gains below 0 for 0. Where all gains of a batch sum to 0, every method weighs the same, and a note says so.

    Source: the code of WISDOM, its selector of all layers (``end2end``); the counts are those of its published tables.
    Differs: gains below 0 are kept as they are, as in that code, but noted. The number of votes is a setting; that
    code gives ten whatever number of units is asked for.

    Raises:
        ConfigError: there is no attribution, no vote, or more units are asked for than all layers but the last have.
        DataError: there is no batch, or a label that the network has no output for.
        ModelError: the network gives no number a class, or a voter does not suit it.
        TrainingError: an attribution or a loss is not a finite number.
    """
    _require_voters(voters)
    if votes < 1:
        raise ConfigError(f"{votes} votes are to be given in each batch; expected 1 or more")
    scores: Importance = {}
    given: dict[str, list[float]] = {name: [] for name in voters}
    seen: Counter[str] = Counter()
    for number, (inputs, labels) in enumerate(batches, start=1):
        before = _losses_before(network, inputs, labels)
        read = {name: _sums(values) for name, values in _read(network, inputs, labels, voters).items()}
        chosen = {name: select_units(sums, candidates, layer=None) for name, sums in read.items()}
        gains = _gains(network, inputs, labels, chosen, fsum(before))
        weights, remark = _weigh(gains, clipped=clipped) if across else (_only_largest(gains), None)
        for name in voters:
            given[name].append(weights.get(name, 0.0))
        sums = next(iter(read.values()))
        ranked = _rank(list(sums), read, chosen, weights)[:votes]
        if not scores:
            scores = {layer: np.zeros(len(values)) for layer, values in list(sums.items())[:-1]}
        for rank, (layer, unit) in enumerate(reversed(ranked), start=1):
            scores[layer][unit] += rank
        fewer = f"fewer than {votes} units are named: the last of them has 1 vote" if len(ranked) < votes else None
        seen.update(kind for kind in (remark, fewer) if kind)
        seen["batches"] = number
    total = seen.pop("batches", 0)
    if not total:
        raise DataError("there is no batch to vote on; expected some inputs with their labels")
    notes = tuple(f"in {count} of {total} batches {remark}" for remark, count in sorted(seen.items()))
    return Votes(scores, total, {name: fsum(of_batches) / total for name, of_batches in given.items()}, notes)


def best_method_of_each(
    network: nn.Module,
    inputs: Tensor,
    labels: Int[np.ndarray, "sample"],
    voters: Mapping[str, Voter],
    *,
    candidates: int = 10,
) -> BestMethods:
    """For every input by itself, the method without whose ``candidates`` units its loss grows most.

    Of methods of the same gain the first by the alphabet. It is ``vote`` with one sample a batch and one method that
    votes, in one pass a method for all samples.

    Source: the code of WISDOM, which writes these pairs down for a selector that it does not hold.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as ``vote``.
    """
    _require_voters(voters)
    before = _losses_before(network, inputs, labels)
    read = _read(network, inputs, labels, voters)
    methods = tuple(sorted(voters))
    columns = []
    for name in methods:
        rows = [{layer: values[place] for layer, values in read[name].items()} for place in range(len(inputs))]
        units = [select_units(row, candidates, layer=None) for row in rows]
        columns.append(losses_without(network, inputs, labels, units) - before)
    gains = np.stack(columns, axis=1)
    return BestMethods(methods, gains, tuple(methods[place] for place in gains.argmax(1)))


def _require_voters(voters: Mapping[str, Voter]) -> None:
    if not voters:
        raise ConfigError("no attribution is to vote; expected one or more")


def _losses_before(
    network: nn.Module, inputs: Tensor, labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    if not len(inputs):
        raise DataError("a batch has no inputs; expected some with their labels")
    return losses_without(network, inputs, labels, [])


def _read(
    network: nn.Module, inputs: Tensor, labels: Int[np.ndarray, "sample"], voters: Mapping[str, Voter]
) -> dict[str, UnitScores]:
    read: dict[str, UnitScores] = {}
    for method, voter in voters.items():
        read[method] = voter(network, inputs, labels)
        broken = [name for name, values in read[method].items() if not np.isfinite(values).all()]
        if broken:
            raise TrainingError(
                f"the attribution {method!r} gives NaN or infinite numbers in the layer {broken[0]!r}; expected finite "
                "ones: check the inputs and the weights of the model, or leave the attribution out"
            )
    return read


def _sums(values: UnitScores) -> Importance:
    return {name: of_layer.sum(0) for name, of_layer in values.items()}


def _gains(
    network: nn.Module,
    inputs: Tensor,
    labels: Int[np.ndarray, "sample"],
    chosen: Mapping[str, Sequence[Unit]],
    before: float,
) -> dict[str, float]:
    # Methods often name the same units: those are pruned once.
    losses: dict[tuple[Unit, ...], float] = {}
    for units in map(tuple, map(sorted, chosen.values())):
        if units not in losses:
            losses[units] = fsum(losses_without(network, inputs, labels, [units]))
    return {name: losses[tuple(sorted(units))] - before for name, units in chosen.items()}


def _weigh(gains: Mapping[str, float], *, clipped: bool) -> tuple[dict[str, float], str | None]:
    """The weights, which sum to 1, and what there is to say of them."""
    counted = {name: max(gain, 0.0) if clipped else gain for name, gain in gains.items()}
    total = fsum(counted.values())
    if total == 0:
        return dict.fromkeys(gains, 1 / len(gains)), "the gains sum to 0: every method weighs the same"
    remark = None
    if total < 0:
        remark = "the gains sum to less than 0: who prunes best counts against its units (clipped=True leaves them out)"
    elif total < _CANCELS * fsum(map(abs, counted.values())):
        remark = "the gains nearly cancel out: weights are many times 1 (clipped=True leaves out those below 0)"
    return {name: gain / total for name, gain in counted.items()}, remark


def _only_largest(gains: Mapping[str, float]) -> dict[str, float]:
    best = max(sorted(gains), key=lambda name: gains[name])
    return {best: 1.0}


def _rank(
    layers: Sequence[str],
    read: Mapping[str, Importance],
    chosen: Mapping[str, Sequence[Unit]],
    weights: Mapping[str, float],
) -> list[Unit]:
    """The units named by the methods that have a weight, the highest merged score first."""
    parts: dict[Unit, list[float]] = {}
    for method, weight in weights.items():
        for layer, number in chosen[method]:
            parts.setdefault((layer, number), []).append(weight * float(read[method][layer][number]))
    return sorted(parts, key=lambda unit: (-fsum(parts[unit]), layers.index(unit[0]), unit[1]))
