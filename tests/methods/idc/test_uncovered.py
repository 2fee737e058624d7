"""The nearest uncovered combinations against a list of all that there are, sample by sample."""

import itertools
import math

import numpy as np
import pytest
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc import uncovered
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.important_outputs import important_outputs, reached_combinations
from faultloc.methods.idc.outward_search import combinations_outwards
from faultloc.methods.idc.uncovered import nearest_uncovered
from faultloc.methods.idc.unit_outputs import UnitOutputs

TWO_WAYS = pytest.mark.parametrize("few", [0, 4096], ids=["outwards", "one by one"])


def as_units(values: np.ndarray) -> UnitOutputs:
    """The first two columns as one layer, the others as another."""
    return UnitOutputs(("a", "b"), (values[:, :2], values[:, 2:]))


def measured(train: np.ndarray, test: np.ndarray, clusters: int) -> ImportanceDrivenCoverage:
    units = [("a", 0), ("a", 1), *(("b", place) for place in range(train.shape[1] - 2))]
    criterion = ImportanceDrivenCoverage(nn.Sequential(), units=units, clusters=clusters)
    criterion.learn(as_units(train))
    criterion.finish_build()
    criterion.observe(as_units(test))
    return criterion


def reference(criterion: ImportanceDrivenCoverage, test: np.ndarray) -> dict[tuple[int, ...], list[float]]:
    """Of every uncovered combination how far each sample is, by looking where each unit's cluster begins and ends."""
    centres = [criterion.centres[unit].tolist() for unit in criterion.units]
    spreads = [float(np.std(test[:, unit]) or np.std(of_unit) or 1) for unit, of_unit in enumerate(centres)]
    covered, samples = set(criterion.combinations()), test.tolist()
    found = {}
    for combination in itertools.product(*(range(len(of_unit)) for of_unit in centres)):
        if combination in covered:
            continue
        found[combination] = []
        for sample in samples:
            total = 0.0
            for unit, place in enumerate(combination):
                low = -math.inf if place == 0 else (centres[unit][place - 1] + centres[unit][place]) / 2
                last = place == len(centres[unit]) - 1
                high = math.inf if last else (centres[unit][place] + centres[unit][place + 1]) / 2
                total += max(low - sample[unit], sample[unit] - high, 0) / spreads[unit]
            found[combination].append(total)
    return found


@TWO_WAYS
def test_the_nearest_are_those_of_a_list_of_all(monkeypatch, few):
    monkeypatch.setattr(uncovered, "_FEW", few)
    generator = np.random.default_rng(4)
    for number in range(12):
        train = generator.normal(size=(25, 5)) * [1, 5, 0.2, 1, 1]
        test = generator.normal(size=(12, 5)) * [1, 5, 0.2, 1, 1]
        if number % 3 == 0:
            train[:, 1] = 2  # a unit of one cluster
            test[:, 3] = 0.5  # one that the suite never changes
        criterion = measured(train, test, 2 + number % 3)
        expected = reference(criterion, test)
        found = nearest_uncovered(criterion, test, 20)
        assert found.number == len(expected) and found.is_complete
        smallest = sorted(min(distances) for distances in expected.values())[:20]
        assert [near.distance for near in found.nearest] == pytest.approx(smallest, abs=1e-12)
        for near in found.nearest:
            assert near.distance == pytest.approx(expected[near.combination][near.sample], abs=1e-12)
            assert near.distance == pytest.approx(min(expected[near.combination]), abs=1e-12)
        assert len({near.combination for near in found.nearest}) == len(found.nearest)


@TWO_WAYS
def test_a_sample_changed_as_said_reaches_the_combination(monkeypatch, few):
    monkeypatch.setattr(uncovered, "_FEW", few)
    generator = np.random.default_rng(1)
    train, test = generator.normal(size=(30, 4)), generator.normal(size=(6, 4))
    criterion = measured(train, test, 3)
    for near in nearest_uncovered(criterion, test, 30).nearest:
        changed = test[near.sample].copy()
        for change in near.changes:
            place = criterion.units.index(change.unit)
            assert change.value == changed[place]
            assert change.to_cluster == near.combination[place] != change.from_cluster
            beyond = 1e-9 if change.bound > change.value else 0
            changed[place] = change.bound + beyond
        assert tuple(reached_combinations(criterion, changed[None])[0].tolist()) == near.combination
        assert near.distance == pytest.approx(sum(change.scaled for change in near.changes))


def test_both_ways_say_the_same(monkeypatch):
    generator = np.random.default_rng(2)
    train, test = generator.normal(size=(40, 6)), generator.normal(size=(15, 6))
    criterion = measured(train, test, 2)
    one_by_one = nearest_uncovered(criterion, test, 25)
    monkeypatch.setattr(uncovered, "_FEW", 0)
    assert nearest_uncovered(criterion, test, 25) == one_by_one


def test_outwards_every_combination_comes_once_for_each_sample_in_the_order_of_its_distance():
    generator = np.random.default_rng(3)
    costs = [generator.integers(0, 4, size=(3, clusters)).astype(float) for clusters in (3, 1, 2, 4)]
    for of_unit in costs:
        of_unit -= of_unit.min(1, keepdims=True)
    found = list(combinations_outwards(costs))
    assert len(found) == len({(sample, combination) for _, sample, combination in found}) == 3 * 3 * 2 * 4
    distances = [distance for distance, _, _ in found]
    assert distances == sorted(distances)
    for distance, sample, combination in found:
        assert distance == sum(of_unit[sample, place] for of_unit, place in zip(costs, combination, strict=True))


def test_of_billions_of_combinations_only_those_around_the_samples_are_looked_at():
    generator = np.random.default_rng(5)
    train, test = generator.normal(size=(300, 10)), generator.normal(size=(100, 10))
    criterion = measured(train, test, 9)
    found = nearest_uncovered(criterion, test, 10, limit=5000)
    assert found.number == 9**10 - len(criterion.combinations())
    assert len(found.nearest) == 10
    distances = [near.distance for near in found.nearest]
    assert distances == sorted(distances)
    assert all(len(near.changes) == 1 for near in found.nearest[:1])


def test_a_search_that_comes_to_its_limit_says_so_and_what_it_found_are_the_nearest(monkeypatch):
    generator = np.random.default_rng(6)
    train, test = generator.normal(size=(40, 5)), generator.normal(size=(15, 5))
    criterion = measured(train, test, 2)
    whole = nearest_uncovered(criterion, test, 12)
    monkeypatch.setattr(uncovered, "_FEW", 0)
    short = nearest_uncovered(criterion, test, 12, limit=25)
    assert not short.is_complete and whole.is_complete
    assert 0 < len(short.nearest) < 12
    assert short.nearest == whole.nearest[: len(short.nearest)]


@TWO_WAYS
def test_where_all_is_covered_nothing_is_near(monkeypatch, few):
    monkeypatch.setattr(uncovered, "_FEW", few)
    values = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    criterion = measured(values, values, 2)
    found = nearest_uncovered(criterion, values, 5)
    assert found == uncovered.Uncovered((), 0, True)


def test_outputs_come_in_the_order_of_the_units_batch_after_batch():
    values = np.arange(12.0).reshape(3, 4)
    criterion = ImportanceDrivenCoverage(nn.Sequential(), units=[("b", 1), ("a", 0)])
    found = important_outputs(criterion, [as_units(values[:2]), as_units(values[2:])])
    assert np.array_equal(found, values[:, [3, 0]])


def test_bad_input_is_a_sentence():
    values = np.arange(12.0).reshape(3, 4)
    unbuilt = ImportanceDrivenCoverage(nn.Sequential(), units=[("a", 0)])
    with pytest.raises(ConfigError, match="needs training data first"):
        nearest_uncovered(unbuilt, values[:, :1], 3)
    criterion = measured(values, values, 2)
    with pytest.raises(ConfigError, match="0 combinations are asked for"):
        nearest_uncovered(criterion, values, 0)
    with pytest.raises(DataError, match=r"\[3, 2\]; expected at least one sample and a column for each of the 4 units"):
        nearest_uncovered(criterion, values[:, :2], 3)
    with pytest.raises(DataError, match="no batch of unit outputs"):
        important_outputs(criterion, [])
