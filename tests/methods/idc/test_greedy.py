"""The greedy choice against one that measures every input of the pool at every step."""

import numpy as np
import pytest
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria import Criterion
from faultloc.methods.idc.greedy import Additions, choose_additions, commonness
from faultloc.methods.idc.unit_outputs import UnitOutputs
from tests.methods.idc.cases import CASES, IS_ORDER_FREE
from tests.methods.idc.references import as_units
from tests.methods.idc.test_laws import random_samples, rows, seen

FREE_OF_ORDER = [name for name in CASES if IS_ORDER_FREE[name]]


def built(named: str, generator: np.random.Generator) -> Criterion:
    criterion = CASES[named].make(nn.Sequential())
    criterion.learn(as_units(random_samples(generator, 12, 3)))
    criterion.finish_build()
    return criterion


def random_case(named: str, seed: int, pool: int = 12) -> tuple[Criterion, UnitOutputs]:
    generator = np.random.default_rng(seed)
    suite = seen(built(named, generator), as_units(random_samples(generator, 4, 3)), 2)
    return suite, as_units(random_samples(generator, pool, 5))


def reference(suite: Criterion, pool: UnitOutputs, count: int, priority: np.ndarray) -> list[tuple[int, int]]:
    """(place, gain): at each step the suite so far is seen anew with each input of the pool."""
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count:
        gains = []
        for place in range(len(pool)):
            with_it = [one for one, _ in chosen] + [place]
            gains.append(covered(suite, pool, with_it) - covered(suite, pool, with_it[:-1]))
        best = min(range(len(pool)), key=lambda place: (-gains[place], -priority[place], place))
        if not gains[best]:
            break
        chosen.append((best, gains[best]))
    return chosen


def covered(suite: Criterion, pool: UnitOutputs, places: list[int]) -> int:
    grown = suite.fresh().merge(suite)
    if places:
        grown.observe(rows(pool, np.array(places)))
    return grown.compute().covered


def said(found: Additions) -> list[tuple[int, int]]:
    return [(addition.place, addition.gain) for addition in found.chosen]


@pytest.mark.parametrize("named", FREE_OF_ORDER)
def test_the_choice_is_that_of_measuring_every_input_at_every_step(named):
    for seed in range(3):
        suite, pool = random_case(named, seed)
        priority = np.random.default_rng(seed).integers(0, 3, len(pool)).astype(float)
        before = suite.compute()
        found = choose_additions(suite, [rows(pool, slice(0, 5)), rows(pool, slice(5, 99))], 6, priority=priority)
        expected = reference(suite, pool, 6, priority)
        assert said(found) == expected
        assert found.is_exhausted == (len(expected) < 6)
        assert suite.compute() == before
        gains = [addition.gain for addition in found.chosen]
        assert gains == sorted(gains, reverse=True)
        assert found.covered_before == before.covered
        assert [addition.covered for addition in found.chosen] == [before.covered + n for n in np.cumsum(gains)]
        assert all(gain > 0 for gain in gains)


def test_some_of_these_cases_gain_and_some_are_exhausted():
    cases = [(name, seed) for name in FREE_OF_ORDER for seed in range(3)]
    found = [choose_additions(*_units(name, seed), 6) for name, seed in cases]
    assert any(len(of.chosen) > 2 and of.chosen[0].gain > of.chosen[-1].gain for of in found)
    assert any(of.is_exhausted for of in found)
    assert any(not of.is_exhausted for of in found)


def _units(named: str, seed: int) -> tuple[Criterion, list[UnitOutputs]]:
    suite, pool = random_case(named, seed)
    return suite, [pool]


@pytest.mark.parametrize("named", FREE_OF_ORDER)
def test_what_the_suite_has_already_and_what_was_chosen_before_gain_nothing(named):
    suite, pool = random_case(named, 7)
    once = choose_additions(suite, [pool], 100)
    assert once.is_exhausted
    assert said(choose_additions(suite, [pool, pool], 100)) == said(once)
    whole = suite.fresh().merge(suite)
    whole.observe(pool)
    assert once.chosen[-1].covered == whole.compute().covered
    again = choose_additions(whole, [pool], 100)
    assert again.chosen == () and again.is_exhausted


def test_a_suite_of_no_sample_begins_with_nothing():
    generator = np.random.default_rng(0)
    pool = as_units(random_samples(generator, 6, 4))
    found = choose_additions(built("idc", generator), [pool], 1)
    assert found.covered_before == 0
    assert found.chosen[0].gain == found.chosen[0].covered == 1


def test_of_combinations_that_all_add_one_the_commonest_in_the_pool_comes_first():
    suite, pool = random_case("idc", 1, pool=30)
    common = commonness(suite, [pool])
    found = choose_additions(suite, [pool], 30)
    assert [addition.gain for addition in found.chosen] == [1] * len(found.chosen)
    counts = [common[addition.place] for addition in found.chosen]
    assert len(set(counts)) > 1
    assert counts == sorted(counts, reverse=True)


def test_criteria_whose_inputs_have_no_gain_of_their_own_are_refused():
    generator = np.random.default_rng(0)
    pool = as_units(random_samples(generator, 6, 4))
    for named in [name for name in CASES if not IS_ORDER_FREE[name]]:
        with pytest.raises(ConfigError, match="depends on the order of the samples"):
            choose_additions(built(named, generator), [pool], 2)


def test_bad_input_is_a_sentence():
    suite, pool = random_case("nc", 0)
    with pytest.raises(DataError, match="the pool is empty"):
        choose_additions(suite, [], 2)
    with pytest.raises(ConfigError, match="0 inputs are to be chosen"):
        choose_additions(suite, [pool], 0)
    with pytest.raises(DataError, match="2 priorities for 12 inputs"):
        choose_additions(suite, [pool], 2, priority=np.zeros(2))
    with pytest.raises(ConfigError, match="needs training data first"):
        choose_additions(CASES["kmnc"].make(nn.Sequential()), [pool], 2)
