"""What one criterion does and others do not: edges, notes, settings."""

import copy
import math
import tracemalloc

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError, ModelError
from faultloc.methods.idc.criteria import CRITERIA, Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs


def units(*layers: list[list[float]], labels: list[int] | None = None) -> UnitOutputs:
    """Rows are samples; the first layer gives the classes."""
    values = tuple(np.array(layer, dtype=np.float32) for layer in layers)
    return UnitOutputs(tuple("abc"[: len(layers)]), values, values[0], None if labels is None else np.array(labels))


def made(name: str, train: UnitOutputs | None = None, **settings: object) -> Criterion:
    criterion = CRITERIA[name](nn.Sequential(), **settings)  # type: ignore[arg-type]
    if train is not None:
        criterion.learn(train)
        criterion.finish_build()
    return criterion


def covered(criterion: Criterion, test: UnitOutputs) -> float:
    criterion.observe(test)
    return criterion.compute().covered


def test_a_unit_at_the_threshold_of_neuron_coverage_is_not_covered():
    assert covered(made("nc", threshold=0.5), units([[0.0, 1.0, 2.0]])) == 1


def test_a_layer_of_one_unit_is_beyond_neuron_coverage_and_noted():
    criterion = made("nc")
    criterion.observe(units([[0.0, 1.0], [1.0, 0.0]], [[5.0], [6.0]]))
    found = criterion.compute()
    assert (found.covered, found.attainable, found.total) == (2, 2, 3)
    assert found.notes[0] == "1 of 2 layers have one unit, which cannot be high among others"


TRAINED = units([[0.0], [4.0]])


@pytest.mark.parametrize(
    ("value", "right", "left"),
    [(0.0, 0, 1), (0.5, 1, 1), (1.0, 1, 1), (4.0, 1, 1), (-0.5, 0, 0), (4.5, 0, 0)],
)
def test_the_lowest_output_is_in_the_first_section_only_where_sections_are_closed_on_the_left(value, right, left):
    assert covered(made("kmnc", TRAINED, sections=4), units([[value]])) == right
    assert covered(made("kmnc", TRAINED, sections=4, closed="left"), units([[value]])) == left


def test_an_inner_edge_belongs_to_the_section_on_the_closed_side():
    inside, edge = units([[0.5]]), units([[0.5], [1.0]])
    assert covered(made("kmnc", TRAINED, sections=4), edge) == covered(made("kmnc", TRAINED, sections=4), inside)
    assert covered(made("kmnc", TRAINED, sections=4, closed="left"), edge) == 2


def test_a_unit_that_never_changed_has_no_section_to_reach_and_is_noted():
    criterion = made("kmnc", units([[0.0, 7.0], [4.0, 7.0]]), sections=4)
    criterion.observe(units([[1.0, 7.0]] * 9))
    found = criterion.compute()
    assert (found.covered, found.attainable, found.total) == (1, 4, 8)
    assert found.notes == ("1 of 2 units never changed in training",)


def test_multisection_coverage_never_holds_samples_times_units_times_sections():
    values = np.random.default_rng(0).random((500, 300), dtype=np.float32)
    reading = UnitOutputs(("a",), (values,))
    criterion = made("kmnc", reading, sections=1000)
    tracemalloc.start()
    criterion.observe(reading)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500 * 300 * 100


def test_of_equal_units_the_first_are_the_highest():
    criterion = made("tknc", k=2)
    assert covered(criterion, units([[0.0, 0.0, 0.0, 1.0]])) == 2
    assert covered(criterion, units([[0.0, 1.0, 0.0, 0.0]])) == 3


def test_the_same_units_in_another_order_are_another_pattern_only_where_order_counts():
    test = units([[3.0, 2.0, 0.0], [2.0, 3.0, 0.0]])
    assert covered(made("tknp", k=2), test) == 2
    assert covered(made("tknp", k=2, is_ordered=False), test) == 1


def test_where_each_sample_has_its_own_pattern_it_is_noted_as_saturated():
    criterion = made("tknp")
    criterion.observe(units([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]))
    assert criterion.compute().notes[-1].startswith("saturated: no other 2 samples would cover more")


def test_a_cluster_is_farther_than_the_threshold_by_squared_distance():
    assert covered(made("cc", threshold=4.0), units([[0.0, 0.0], [2.0, 0.0], [0.0, 2.5]])) == 1


CLASSES = units([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 2.0]])


def test_a_training_sample_of_its_own_class_is_not_surprising_by_distance():
    criterion = made("dsc", CLASSES, width=0.5)
    criterion.observe(CLASSES)
    assert criterion._buckets == {0}


def test_three_tenths_fall_into_the_fourth_bucket_of_a_tenth(monkeypatch):
    assert 0.3 / 0.1 < 3
    criterion = made("dsc", CLASSES, width=0.1)
    monkeypatch.setattr(criterion, "_surprises", lambda traces, classes: np.array([0.3]))
    criterion.observe(units([[1.0, 0.0]]))
    assert criterion._buckets == {3}


def test_a_sample_on_a_training_sample_of_another_class_is_noted_and_not_counted():
    criterion = made("dsc", units([[1.0, 0.0], [0.0, 1.0]], labels=[0, 1]), classes="given")
    criterion.observe(units([[0.0, 1.0]], labels=[0]))
    found = criterion.compute()
    assert found.covered == 0
    assert found.notes == ("1 of 1 samples are surprising without end: not counted",)


@pytest.mark.parametrize("name", ["lsc", "dsc", "mdsc"])
def test_a_class_that_training_does_not_have_is_noted_and_not_counted(name):
    train = units([[1.0, 0.0, 0.0], [2.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 2.0, 0.0]])
    criterion = made(name, train)
    criterion.observe(units([[0.0, 0.0, 5.0]]))
    found = criterion.compute()
    assert found.covered == 0
    assert found.notes[0] == "1 of 1 samples are of a class that training tells nothing of: not counted"


def test_surprise_beyond_the_upper_end_is_noted_and_not_counted():
    criterion = made("mdsc", CLASSES, width=1.0, upper=2.0)
    criterion.observe(units([[100.0, 0.0], [1.5, 0.0]]))
    found = criterion.compute()
    assert (found.covered, found.total) == (1, 2)
    assert found.notes[0] == "1 of 2 samples lie outside of the range of the buckets: not counted"


def test_a_singular_covariance_says_its_rank():
    criterion = made("mdsc", CLASSES)
    criterion.observe(CLASSES)
    assert criterion.compute().notes[0] == "classes whose covariance of 2 units is singular, with its rank: 0: 1, 1: 1"


def test_of_a_class_of_full_rank_nothing_is_noted():
    train = units([[5.0, 0.0], [6.0, 1.0], [7.0, 0.0], [0.0, 5.0], [1.0, 6.0], [0.0, 7.0]])
    criterion = made("mdsc", train)
    criterion.observe(units([[5.0, 0.0], [9.0, 0.0]]))
    assert not any("singular" in note for note in criterion.compute().notes)


def test_likelihood_is_right_where_the_density_is_below_all_numbers():
    train = units([[0.0, 1.0], [1.0, 0.0]])
    far = made("lsc", train)._surprises(np.array([[1001.0, 0.0]]), np.array([0]))
    # One training sample of the class, 1,000 away: 1000**2 / (2 * 0.2**2) + ln(2 pi 0.2**2).
    assert far[0] == pytest.approx(12_500_000 + math.log(2 * math.pi * 0.04), rel=1e-12)


def test_units_that_hardly_vary_are_left_out_of_surprise():
    train = units([[1.0, 0.0, 5.0], [2.0, 0.0, 5.0], [0.0, 1.0, 5.0], [0.0, 2.0, 5.0]])
    answers = train.answers[:, :2]
    criterion = made("dsc", UnitOutputs(train.layers, train.values, answers))
    near = criterion._surprises(np.array([[1.0, 0.0, 5.0], [1.0, 0.0, 900.0]]), np.array([0, 0]))
    assert near.tolist() == [0.0, 0.0]


def test_the_norm_of_nlc_doubled_is_full_coverage_and_noted():
    criterion = made("nlc", units([[0.0], [2.0]]))
    assert criterion.norm == 1
    criterion.observe(units([[50.0], [-50.0]]))
    found = criterion.compute()
    assert found.value == 1
    assert any("counted as 1" in note for note in found.notes)


def test_a_batch_that_narrows_a_layer_does_not_change_it():
    criterion = made("nlc", units([[0.0], [2.0]]))
    criterion.observe(units([[1.0], [1.0]]))
    assert criterion.norm == 1
    assert criterion.compute().covered == 0


@pytest.mark.parametrize(
    ("name", "train", "message"),
    [
        ("nlc", [[1.0, 0.0]] * 3, "no unit changed over the training data"),
        ("lsc", [[1.0, 0.0]] * 3, "no unit has a variance of 1e-05 or more"),
        ("mdsc", [[1.0, 0.0]] * 3, "no unit has a variance of 1e-05 or more"),
        ("dsc", [[1.0, 0.0], [2.0, 0.0]], "all training samples are of class 0; expected two classes or more"),
    ],
)
def test_training_data_that_tell_nothing_are_an_error(name, train, message):
    with pytest.raises(DataError, match=message):
        made(name, units(train))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("nc", {"threshold": 1.0}),
        ("nc", {"threshold": -0.1}),
        ("nc", {"threshold": math.nan}),
        ("kmnc", {"sections": 0}),
        ("tknc", {"k": 0}),
        ("tknp", {"k": 0}),
        ("cc", {"threshold": 0.0}),
        ("lsc", {"width": 0.0}),
        ("mdsc", {"width": math.nan}),
        ("dsc", {"upper": -1.0}),
        ("lsc", {"min_variance": -1.0}),
    ],
)
def test_a_setting_out_of_its_range_is_an_error_that_says_the_range(name, settings):
    with pytest.raises(ConfigError, match="expected"):
        made(name, **settings)


def test_surprise_by_given_classes_needs_them():
    with pytest.raises(DataError, match="is to take given labels, and a batch has none"):
        made("lsc", units([[1.0, 0.0], [0.0, 1.0]]), classes="given")


def test_surprise_by_predicted_classes_needs_a_classifier():
    values = np.array([[1.0], [2.0]], dtype=np.float32)
    with pytest.raises(ModelError, match="needs the class that the model predicts"):
        made("lsc", UnitOutputs(("a",), (values,), values))


def test_criteria_of_other_models_are_not_merged_but_those_of_a_copy_are():
    make = lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    network = make()
    criteria = [CRITERIA["nc"](each) for each in (network, copy.deepcopy(network), make())]
    for criterion in criteria:
        criterion.update(torch.rand(5, 3))
    one, copied, other = criteria
    assert one.merge(copied).samples == 10
    with pytest.raises(ConfigError, match="differ in model"):
        one.merge(other)
