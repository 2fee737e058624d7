import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.impartiality import correlations_of, measure_impartiality
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
from tests.methods.idc.questions.networks import constant_network, small_network, suite_of

UNITS = [("0", 0), ("0", 2), ("3", 1), ("3", 5)]


def measure(network, pool, attack=None, biased=20, sizes=(15, 30), names=("nc", "idc")):
    criteria = make_criteria(network, names, UNITS, {})
    build_criteria(criteria, suite_of(network, 60, seed=5), batch_size=20)
    return measure_impartiality(
        network, criteria, pool, classes=4, sizes=sizes, biased=biased, even=2, attack=attack, batch_size=16,
        rng=np.random.default_rng(0), generator=torch.Generator().manual_seed(0),
    )  # fmt: skip


@pytest.fixture
def network():
    return small_network(1)


def test_every_suite_has_a_row_a_criterion_and_evenness_is_that_of_the_answers(network):
    pool = suite_of(network, 200)
    found = measure(network, pool)
    assert len(found.rows) == 2 * 2 * (20 + 2) and not found.attacks
    assert {row.kind for row in found.rows} == {"biased", "even"}
    assert all((row.alpha is None) == (row.kind == "even") for row in found.rows)
    even = [row.evenness for row in found.rows if row.kind == "even"]
    biased = [row.evenness for row in found.rows if row.kind == "biased"]
    # The labels are what the network answers, so that even suites are answered evenly.
    assert min(even) > 0.95 > np.mean(biased) and min(biased) < 0.6
    assert all(0 <= row.coverage <= 1 for row in found.rows)


def test_attacked_suites_stand_beside_the_even_ones_and_say_how_many_fool(network):
    pytest.importorskip("foolbox")
    found = measure(network, suite_of(network, 200), attack="fgsm")
    assert sum(row.kind == "attacked" for row in found.rows) == 2 * 2 * 2
    assert found.requested == 2 * (15 + 30) and 0 < found.obtained <= found.requested


def test_correlations_are_over_the_biased_suites_and_over_all(network):
    found = measure(network, suite_of(network, 200))
    rows = correlations_of(found.rows, resamples=100, rng=np.random.default_rng(0))
    assert [(row.criterion, row.size, row.suites, row.found.suites) for row in rows[:2]] == [
        ("nc", 15, "biased", 20), ("nc", 15, "all", 22)
    ]  # fmt: skip
    assert len(rows) == 2 * 2 * 2
    own = [row for row in found.rows if (row.criterion, row.size, row.kind) == ("idc", 30, "biased")]
    expected = np.corrcoef([row.coverage for row in own], [row.evenness for row in own])[0, 1]
    (of_idc,) = [row for row in rows if (row.criterion, row.size, row.suites) == ("idc", 30, "biased")]
    assert of_idc.found.pearson == pytest.approx(expected, abs=1e-12)


def test_a_network_that_answers_one_class_has_no_evenness_and_no_correlation():
    network = constant_network()
    found = measure(network, suite_of(network, 100))
    assert {row.evenness for row in found.rows} == {0.0}
    rows = correlations_of(found.rows, resamples=10, rng=np.random.default_rng(0))
    assert all(row.found.pearson is None for row in rows)


def test_fewer_than_twenty_suites_and_an_unknown_attack_are_a_sentence_each(network):
    pool = suite_of(network, 100)
    with pytest.raises(ConfigError, match="19 biased suites a size are asked for; expected 20 or more"):
        measure(network, pool, biased=19)
    with pytest.raises(ConfigError, match="there is no attack 'laser'"):
        measure(network, pool, attack="laser")
    with pytest.raises(ConfigError, match="a suite of 101 samples is asked for, of 100"):
        measure(network, pool, sizes=(101,))
