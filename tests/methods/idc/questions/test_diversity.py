import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.diversity import DiversityRow, measure_diversity, orders_of
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
from faultloc.methods.idc.questions.perturbation import add_noise, other_elements
from tests.methods.idc.questions.networks import small_network, suite_of

UNITS = [("0", 0), ("0", 2), ("3", 1), ("3", 5)]


def built(network, names=("idc",), **settings):
    criteria = make_criteria(network, names, UNITS, settings)
    build_criteria(criteria, suite_of(network, 60, seed=5), batch_size=20)
    return criteria


def rows_of(criteria, suite, important, scale=1.0, repetitions=3, seed=0):
    rng = np.random.default_rng(seed)
    return list(
        measure_diversity(
            criteria, suite, important, torch.tensor([scale]), repetitions=repetitions, batch_size=7, rng=rng
        )
    )


def places(suite, count, seed=9):
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(36)[:count] for _ in range(len(suite))])


def test_the_suites_are_what_one_criterion_sees_of_inputs_laid_together():
    network = small_network(1)
    suite, criteria = suite_of(network, 30), built(network, idc={"clusters": 3})
    important = places(suite, 4)
    rng = np.random.default_rng(0)
    for row in rows_of(criteria, suite, important):
        others = other_elements(important, 36, rng)
        limits = float(suite.inputs.min()), float(suite.inputs.max())
        noisy = []
        for at in (important, others):  # in the batches of the measurement, so that the same numbers are drawn
            parts = [
                add_noise(suite.inputs[start : start + 7], at[start : start + 7], torch.tensor([1.0]), limits, rng)
                for start in range(0, 30, 7)
            ]
            noisy.append(torch.cat(parts))
        for value, inputs in {
            "original": [suite.inputs], "important": noisy[:1], "random": noisy[1:],
            "with_important": [suite.inputs, noisy[0]], "with_random": [suite.inputs, noisy[1]],
        }.items():  # fmt: skip
            shard = criteria["idc"].fresh()
            shard.update(torch.cat(inputs))
            assert getattr(row, value) == shard.compute().value
        assert row.total == 81


@pytest.mark.parametrize("networks", [1, pytest.param(5, marks=pytest.mark.exhaustive)])
def test_unions_cover_at_least_what_the_original_covers_in_40_cases_of_each_network(networks):
    cases = 0
    for seed in range(networks):
        network = small_network(seed)
        suite, criteria = suite_of(network, 12, seed=seed), built(network, idc={"clusters": 2 + seed % 3})
        for row in rows_of(criteria, suite, places(suite, 1 + 4 * seed), scale=0.3 * seed, repetitions=40, seed=seed):
            assert row.with_important >= row.original and row.with_random >= row.original
            assert row.with_important >= row.important and row.with_random >= row.random
            cases += 1
    assert cases == 40 * networks


def test_without_noise_nothing_is_gained():
    network = small_network(1)
    suite = suite_of(network, 30)
    (row, _) = rows_of(built(network), suite, places(suite, 4), scale=0.0, repetitions=2)
    assert row.original == row.important == row.random == row.with_important == row.with_random
    (order,) = orders_of([row, row])
    assert order.gain.mean == 0 and "no order of U_IO and U_RO is claimed" in order.sentence


def test_criteria_are_left_as_they_were_and_a_seed_gives_the_same_again():
    network = small_network(1)
    suite, criteria = suite_of(network, 30), built(network, names=("idc", "nc"))
    first = rows_of(criteria, suite, places(suite, 4))
    assert rows_of(criteria, suite, places(suite, 4)) == first and len(first) == 6
    assert all(criterion.samples == 0 for criterion in criteria.values())


def test_a_criterion_that_depends_on_the_order_is_a_sentence():
    network = small_network(1)
    suite = suite_of(network, 30)
    with pytest.raises(ConfigError, match="nlc depends on the order of the samples"):
        rows_of(built(network, names=("nlc",)), suite, places(suite, 4))


def made(with_important, with_random):
    return [
        DiversityRow("it", place, 0.3, 0.2, 0.4, first, second, (3, 2, 4, 5, 5), 10)
        for place, (first, second) in enumerate(zip(with_important, with_random, strict=True))
    ]


@pytest.mark.parametrize(
    ("with_important", "with_random", "sentence"),
    [
        ([0.6, 0.61, 0.62], [0.5, 0.5, 0.5], "U_IO > U_RO is claimed"),
        ([0.5, 0.5, 0.5], [0.6, 0.61, 0.62], "the order is reversed, U_RO > U_IO: a counter-example"),
        ([0.5, 0.7, 0.5], [0.6, 0.5, 0.6], "no order of U_IO and U_RO is claimed"),
        ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], "no order of U_IO and U_RO is claimed"),
    ],
)
def test_an_order_is_claimed_only_where_its_interval_leaves_zero_out(with_important, with_random, sentence):
    (order,) = orders_of(made(with_important, with_random))
    assert sentence in order.sentence
    assert "alone U_R 40.00, U_O 30.00, U_I 20.00" in order.sentence  # as measured, not as one might wish
