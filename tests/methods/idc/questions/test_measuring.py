import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria import CRITERIA
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria, measure_units
from faultloc.methods.idc.questions.overhead import measure_forward, measure_overhead
from faultloc.methods.idc.questions.suites import Suite, join_units, read_suite, take_samples
from faultloc.methods.idc.units import UnitReader
from tests.methods.idc.questions.networks import constant_network, images, small_network, suite_of

UNITS = [("0", 0), ("3", 1)]


def test_units_read_once_give_each_criterion_what_its_own_passes_give():
    network = small_network(1)
    train, test = suite_of(network, 60, seed=5), suite_of(network, 25)
    criteria = make_criteria(network, list(CRITERIA), UNITS, {"kmnc": {"sections": 10}, "cc": {"threshold": 0.01}})
    build_criteria(criteria, train, batch_size=20)
    found = measure_units(criteria, read_suite(UnitReader(network), test.inputs, batch_size=10), batch_size=10)
    for name, criterion in criteria.items():
        assert criterion.samples == 0
        shard = criterion.fresh()
        for batch in test.batches(10):
            shard.update(batch)
        assert found[name].value == pytest.approx(shard.compute().value, abs=1e-12), name


def test_units_are_joined_and_taken_sample_by_sample():
    network, inputs = small_network(1), images(12)
    whole = UnitReader(network).read(inputs)
    joined = join_units([UnitReader(network).read(inputs[:5]), UnitReader(network).read(inputs[5:])])
    places = np.array([11, 0, 0, 7])
    taken = take_samples(joined, places)
    assert taken.layers == whole.layers and len(taken) == 4
    for ours, theirs in zip(taken.values, whole.values, strict=True):
        np.testing.assert_allclose(ours, theirs[places], atol=1e-6)
    np.testing.assert_allclose(taken.answers, whole.answers[places], atol=1e-6)
    with pytest.raises(DataError, match="no samples to read units of"):
        join_units([])


def test_settings_that_a_criterion_does_not_take_are_a_sentence():
    network = small_network()
    with pytest.raises(ConfigError, match="the criterion nc does not take the settings"):
        make_criteria(network, ["nc"], [], {"nc": {"sections": 3}})
    with pytest.raises(ConfigError, match="there is no criterion 'mine'"):
        make_criteria(network, ["mine"], [], {})
    with pytest.raises(ConfigError, match="no criterion is named"):
        make_criteria(network, [], [], {})
    with pytest.raises(ConfigError, match="importance-driven coverage is about 0 units"):
        make_criteria(network, ["idc"], [], {})


def test_samples_answered_rightly_are_kept_and_none_is_a_sentence():
    network = small_network(1)
    suite = suite_of(network, 30, wrong=11)
    right = suite.answered_rightly(network, batch_size=8)
    assert torch.equal(right.inputs, suite.inputs[11:]) and np.array_equal(right.labels, suite.labels[11:])
    wrong = Suite(images(4), np.full(4, 2))
    with pytest.raises(DataError, match="answers none of 4 samples rightly"):
        wrong.answered_rightly(constant_network(), batch_size=8)


def test_every_criterion_has_its_cost_with_samples_one_by_one_too():
    network = small_network(1)
    train, test = suite_of(network, 60, seed=5), suite_of(network, 25)
    for name in CRITERIA:
        found = measure_overhead(
            lambda name=name: make_criteria(network, [name], UNITS, {})[name], train, test, batch_size=20
        )
        assert found.criterion == name and found.samples == 25
        assert found.built == (60 if CRITERIA[name].needs_build else 0)
        assert found.alone_per_second == pytest.approx(25 / found.alone_seconds)
    assert measure_forward(network, test, batch_size=20).criterion == "forward"
