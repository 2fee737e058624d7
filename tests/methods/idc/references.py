"""Slow, obvious implementations of the criteria: loops over samples, units and sections, written from the formulas.

A sample is what `Sample` holds; training and test data come as lists of batches of them. Each function gives what is
covered, and of how many.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

import numpy as np
import torch
from torch import nn

from faultloc.methods.idc.unit_outputs import UnitOutputs


@dataclass(frozen=True)
class Sample:
    """The units of each layer as numbers of the network's own precision; its given class; its outputs."""

    layers: list[list[np.floating]]
    given: int
    answers: list[float]

    @cached_property
    def units(self) -> list[np.floating]:
        return [unit for layer in self.layers for unit in layer]

    @property
    def predicted(self) -> int:
        return self.answers.index(max(self.answers))


Batches = Sequence[Sequence[Sample]]
Counted = tuple[float, float]


def samples_of(network: nn.Sequential, batches: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> list[list[Sample]]:
    """Reads a chain of modules sample by sample, module by module, without any hook."""
    read = []
    for inputs, labels in batches:
        batch = []
        for one, label in zip(inputs, labels, strict=True):
            layers, passing = [], one[None]
            with torch.no_grad():
                for module in network:
                    passing = module(passing)
                    if isinstance(module, nn.Conv2d):
                        layers.append([channel.mean().numpy()[()] for channel in passing[0]])
                    elif isinstance(module, nn.Linear):
                        layers.append(list(passing[0].numpy()))
            batch.append(Sample(layers, int(label), passing[0].tolist()))
        read.append(batch)
    return read


def as_units(batch: Sequence[Sample]) -> UnitOutputs:
    """The same samples as the criteria take them."""
    layers = range(len(batch[0].layers))
    values = tuple(np.array([sample.layers[layer] for sample in batch]) for layer in layers)
    answers = np.array([sample.answers for sample in batch], dtype=np.float32)
    return UnitOutputs(tuple(map(str, layers)), values, answers, np.array([sample.given for sample in batch]))


def _all(batches: Batches) -> list[Sample]:
    return [sample for batch in batches for sample in batch]


def neuron_coverage(train: Batches, test: Batches, threshold: float) -> Counted:
    covered = set()
    for sample in _all(test):
        for number, layer in enumerate(sample.layers):
            for unit, value in enumerate(layer):
                if max(layer) > min(layer) and (value - min(layer)) / (max(layer) - min(layer)) > threshold:
                    covered.add((number, unit))
    return len(covered), len(test[0][0].units)


def k_multisection(train: Batches, test: Batches, sections: int, closed: str) -> Counted:
    reached = set()
    for unit in range(len(test[0][0].units)):
        trained = [sample.units[unit] for sample in _all(train)]
        low, high = min(trained), max(trained)
        for sample in _all(test):
            value = sample.units[unit]
            if not low <= value <= high or low == high:
                continue
            place = (value - low) / (high - low) * type(value)(sections)
            for section in range(sections):
                if closed == "right" and section < place <= section + 1:
                    reached.add((unit, section))
                if closed == "left" and (section <= place < section + 1 or place == sections == section + 1):
                    reached.add((unit, section))
    return len(reached), len(test[0][0].units) * sections


def boundary(train: Batches, test: Batches, *, only_above: bool) -> Counted:
    reached = set()
    units = range(len(test[0][0].units))
    for unit in units:
        trained = [sample.units[unit] for sample in _all(train)]
        for sample in _all(test):
            if sample.units[unit] > max(trained):
                reached.add((unit, "above"))
            if sample.units[unit] < min(trained) and not only_above:
                reached.add((unit, "below"))
    return len(reached), len(units) * (1 if only_above else 2)


def _highest(layer: list[np.floating], k: int) -> list[int]:
    return sorted(range(len(layer)), key=lambda unit: (-layer[unit], unit))[:k]


def top_k_neurons(train: Batches, test: Batches, k: int) -> Counted:
    covered = set()
    for sample in _all(test):
        for number, layer in enumerate(sample.layers):
            covered |= {(number, unit) for unit in _highest(layer, k)}
    return len(covered), len(test[0][0].units)


def top_k_patterns(train: Batches, test: Batches, k: int, *, is_ordered: bool) -> Counted:
    seen = set()
    for sample in _all(test):
        highest = [_highest(layer, k) for layer in sample.layers]
        seen.add(tuple(tuple(units) if is_ordered else frozenset(units) for units in highest))
    possible = 1
    for layer in test[0][0].layers:
        ways = 1
        for taken in range(min(k, len(layer))):
            ways *= len(layer) - taken
        possible *= ways if is_ordered else ways // math.factorial(min(k, len(layer)))
    return len(seen), possible


def cluster_coverage(train: Batches, test: Batches, threshold: float) -> Counted:
    covered = 0
    for number in range(len(test[0][0].layers)):
        kept: list[list[np.floating]] = []
        for sample in _all(test):
            layer = sample.layers[number]
            if not kept or min(_squared(layer, other) for other in kept) > threshold:
                covered += 1 if kept else 0
                kept.append(layer)
    return covered, len(_all(test)) * len(test[0][0].layers)


def _squared(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum((float(a) - float(b)) ** 2 for a, b in zip(one, other, strict=True))


def layer_covariance_norm(batches: Batches) -> float:
    """The norm of NLC: of each layer the batches that widened it, and of those the covariance, entry by entry."""
    norm = 0.0
    for number in range(len(batches[0][0].layers)):
        accepted: list[list[np.floating]] = []
        for batch in batches:
            widened = accepted + [sample.layers[number] for sample in batch]
            if _mean_covariance(widened) > (_mean_covariance(accepted) if accepted else 0):
                accepted = widened
        norm += _mean_covariance(accepted) if accepted else 0
    return norm


def _mean_covariance(rows: list[list[np.floating]]) -> float:
    return float(np.abs(_covariance(rows)).mean())


def _covariance(rows: Sequence[Sequence[float]]) -> np.ndarray:
    # Python's own numbers: those of the network would round in 32 bits.
    rows = [[float(value) for value in row] for row in rows]
    units = range(len(rows[0]))
    mean = [math.fsum(row[unit] for row in rows) / len(rows) for unit in units]
    return np.array(
        [[math.fsum((row[i] - mean[i]) * (row[j] - mean[j]) for row in rows) / len(rows) for j in units] for i in units]
    )


def layer_covariance(train: Batches, test: Batches) -> Counted:
    before = layer_covariance_norm(train)
    return min(layer_covariance_norm([*train, *test]) - before, before), before


def _varying(train: Batches) -> list[int]:
    columns = zip(*(sample.units for sample in _all(train)), strict=True)
    return [unit for unit, column in enumerate(columns) if np.var(np.array(column, dtype=np.float64)) >= 1e-5]


def _traces(train: Batches, classes: str) -> dict[int, list[list[float]]]:
    varying = _varying(train)
    traces: dict[int, list[list[float]]] = {}
    for sample in _all(train):
        trace = [float(sample.units[unit]) for unit in varying]
        traces.setdefault(getattr(sample, classes), []).append(trace)
    return traces


def likelihood_surprises(train: Batches, test: Batches, classes: str) -> list[float]:
    """Minus the logarithm of the mean of Gaussians, in decimals that do not run out of digits."""
    traces, varying, surprises = _traces(train, classes), _varying(train), []
    with localcontext(prec=40, Emin=-(10**9), Emax=10**9):
        for sample in _all(test):
            known = traces.get(getattr(sample, classes), [])
            one = [float(sample.units[unit]) for unit in varying]
            density = Decimal(0)
            for other in known:
                kernel = (Decimal(-_squared(one, other)) / (2 * Decimal("0.2") ** 2)).exp()
                density += kernel / Decimal((2 * math.pi * 0.2**2) ** 0.5) ** len(one) / len(known)
            surprises.append(float(-density.ln()) if known else math.nan)
    return surprises


def distance_surprises(train: Batches, test: Batches, classes: str, other_from: str) -> list[float]:
    traces, varying, surprises = _traces(train, classes), _varying(train), []
    for sample in _all(test):
        label = getattr(sample, classes)
        if label not in traces:
            surprises.append(math.nan)
            continue
        one = [float(sample.units[unit]) for unit in varying]
        neighbour = min(traces[label], key=lambda trace: _squared(one, trace))
        start = one if other_from == "input" else neighbour
        others = [trace for other, of_class in traces.items() if other != label for trace in of_class]
        to_other = math.sqrt(min(_squared(start, trace) for trace in others))
        surprises.append(math.sqrt(_squared(one, neighbour)) / to_other if to_other else math.inf)
    return surprises


def mahalanobis_surprises(train: Batches, test: Batches, classes: str) -> list[float]:
    traces, varying, surprises = _traces(train, classes), _varying(train), []
    inverses = {
        label: np.linalg.pinv(_covariance(rows), rcond=len(rows[0]) * 2.0**-52, hermitian=True)
        for label, rows in traces.items()
    }
    for sample in _all(test):
        label = getattr(sample, classes)
        if label not in traces or not inverses[label].any():
            surprises.append(math.nan)
            continue
        one = [float(sample.units[unit]) for unit in varying]
        means = [math.fsum(column) / len(column) for column in zip(*traces[label], strict=True)]
        gap = [a - b for a, b in zip(one, means, strict=True)]
        units = range(len(gap))
        squared = math.fsum(gap[i] * float(inverses[label][i, j]) * gap[j] for i in units for j in units)
        surprises.append(math.sqrt(max(squared, 0.0)))
    return surprises


def surprise_coverage(surprises: Sequence[float], width: float, upper: float | None = None) -> Counted:
    places = [round(surprise / width, 9) for surprise in surprises if math.isfinite(surprise)]
    if upper is None:
        return len({math.floor(place) for place in places}), len(surprises)
    buckets = range(math.ceil(upper / width))
    return len({bucket for bucket in buckets for place in places if bucket <= place < bucket + 1}), len(buckets)


def importance_driven(train: Batches, test: Batches, units: int, clusters: int) -> Counted:
    """Of the first ``units`` of the first layer: every way to cut what each gave in training into clusters is tried."""
    values = [[float(sample.layers[0][unit]) for sample in _all(train)] for unit in range(units)]
    centres = [_best_centres(of_unit, clusters) for of_unit in values]
    combinations = set()
    for sample in _all(test):
        given = [float(sample.layers[0][unit]) for unit in range(units)]
        combinations.add(tuple(_nearest(value, of) for value, of in zip(given, centres, strict=True)))
    return len(combinations), math.prod(len(of) for of in centres)


def _best_centres(values: list[float], clusters: int) -> list[float]:
    different = sorted(set(values))
    if len(different) <= clusters:
        return different
    best: tuple[Fraction, list[Fraction]] | None = None
    # Cuts between different values, those that make the first clusters small first.
    for cuts in itertools.combinations(range(1, len(different)), clusters - 1):
        groups = [different[a:b] for a, b in itertools.pairwise([0, *cuts, len(different)])]
        parts = [[Fraction(value) for value in values if value in group] for group in groups]
        means = [sum(part, Fraction(0)) / len(part) for part in parts]
        inertia = Fraction(0)
        for part, mean in zip(parts, means, strict=True):
            inertia += sum(((value - mean) ** 2 for value in part), Fraction(0))
        if best is None or inertia < best[0]:
            best = (inertia, means)
    assert best is not None
    return [float(mean) for mean in best[1]]


def _nearest(value: float, centres: list[float]) -> int:
    return min(range(len(centres)), key=lambda place: (abs(value - centres[place]), place))
