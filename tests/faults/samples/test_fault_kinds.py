"""Each kind of fault against its definition, counted class by class."""

import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.faults.samples.mixed import plan_mixed
from faultloc.faults.samples.random_data import plan_random_data
from faultloc.faults.samples.random_label import plan_random_labels
from faultloc.faults.samples.share import share_size
from faultloc.faults.samples.specific_data import plan_specific_data
from faultloc.faults.samples.specific_label import plan_specific_labels

COUNTS = (100, 60, 40)


def rng(seed=0):
    return np.random.default_rng(seed)


PLANS = {
    "random_label": lambda labels, seed: plan_random_labels(labels, 3, 0.15, rng(seed)),
    "specific_label": lambda labels, seed: plan_specific_labels(labels, (0, 2), 0.15, rng(seed)),
    "random_data": lambda labels, seed: plan_random_data(labels, 3, 0.15, rng(seed)),
    "specific_data": lambda labels, seed: plan_specific_data(labels, 1, 0.15, rng(seed)),
    "mixed": lambda labels, seed: plan_mixed(labels, 3, (0, 2), 0.15, rng(seed)),
}
all_kinds = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


def moves(labels, plan, kind):
    """How often a sample of class a got label b by a fault of ``kind``, counted one by one."""
    table = np.zeros((3, 3), dtype=int)
    for old, new, found in zip(labels, plan.labels, plan.fault_kinds, strict=True):
        if found == kind:
            table[old, new] += 1
    return table


@pytest.mark.parametrize("ratio", [0.05, 0.1, 0.29, 0.5, 0.999])
def test_random_labels_change_the_ratio_of_every_class(labels, ratio):
    table = moves(labels, plan_random_labels(labels, 3, ratio, rng()), "random_label")
    assert np.diag(table).tolist() == [0, 0, 0]
    assert table.sum(axis=1).tolist() == [round(ratio * 1000) * count // 1000 for count in COUNTS]


def test_random_labels_are_uniform_over_the_other_classes():
    labels = np.repeat(np.arange(4), 3000)
    plan = plan_random_labels(labels, 4, 0.5, rng())
    for index in range(4):
        new = np.bincount(plan.labels[(labels == index) & (plan.fault_kinds != "")], minlength=4)
        assert new[index] == 0
        assert all(abs(count - 500) < 100 for other, count in enumerate(new) if other != index)


def test_specific_labels_swap_the_ratio_of_both_classes_of_the_pair(labels):
    table = moves(labels, plan_specific_labels(labels, (0, 2), 0.1, rng()), "specific_label")
    assert table.tolist() == [[0, 0, 10], [0, 0, 0], [4, 0, 0]]


def test_random_data_hits_the_ratio_of_every_class_and_keeps_labels(labels):
    table = moves(labels, plan_random_data(labels, 3, 0.1, rng()), "random_data")
    assert table.tolist() == [[10, 0, 0], [0, 6, 0], [0, 0, 4]]


def test_specific_data_hits_the_ratio_of_one_class_and_keeps_labels(labels):
    table = moves(labels, plan_specific_data(labels, 1, 0.1, rng()), "specific_data")
    assert table.tolist() == [[0, 0, 0], [0, 6, 0], [0, 0, 0]]


def test_mixed_faults_are_forty_thirty_and_thirty_per_cent(labels):
    plan = plan_mixed(labels, 3, (0, 2), 0.2, rng())  # of 200 samples: 40 faults
    random_labels, swapped, foreign = (
        moves(labels, plan, k) for k in ("random_label", "specific_label", "random_data")
    )
    assert random_labels.sum() == 16
    assert np.diag(random_labels).sum() == 0
    assert swapped.tolist() == [[0, 0, 6], [0, 0, 0], [6, 0, 0]]
    assert foreign.sum() == np.diag(foreign).sum() == 12


@pytest.mark.parametrize("ratio", [0.005, 0.01, 0.035, 0.11, 0.3])
def test_mixed_faults_are_the_ratio_of_all_samples(labels, ratio):
    plan = plan_mixed(labels, 3, (0, 1), ratio, rng())
    assert (plan.fault_kinds != "").sum() == round(ratio * 1000) * 200 // 1000


def test_a_mixed_fault_too_large_for_its_pair_is_one_sentence():
    labels = np.repeat([0, 1, 2], [400, 20, 20])
    with pytest.raises(ConfigError, match=r"fault\.ratio=0\.5 mislabels 33 samples of class number 1 .* has 20"):
        plan_mixed(labels, 3, (1, 2), 0.5, rng())


@all_kinds
def test_samples_without_a_fault_keep_their_label(labels, plan):
    made = plan(labels, 0)
    untouched = made.fault_kinds == ""
    np.testing.assert_array_equal(made.labels[untouched], labels[untouched])


@all_kinds
def test_the_labels_that_were_given_are_not_modified(labels, plan):
    before = labels.copy()
    plan(labels, 0)
    np.testing.assert_array_equal(labels, before)


@all_kinds
def test_the_same_seed_gives_the_same_faults_and_another_seed_others(labels, plan):
    first, again, other = (plan(labels, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.labels, again.labels)
    np.testing.assert_array_equal(first.fault_kinds, again.fault_kinds)
    assert (first.fault_kinds != other.fault_kinds).any()


@all_kinds
def test_faults_are_not_the_first_samples_of_their_class(labels, plan):
    in_order = np.sort(labels)
    faulty = np.flatnonzero(plan(in_order, 0).fault_kinds != "")
    assert np.ptp(faulty) >= len(faulty)


@pytest.mark.parametrize(("ratio", "count", "size"), [(0.29, 100, 29), (0.07, 100, 7), (0.05, 39, 1), (0.05, 19, 0)])
def test_a_share_is_rounded_down_from_the_decimal_number(ratio, count, size):
    assert share_size(ratio, count) == size
