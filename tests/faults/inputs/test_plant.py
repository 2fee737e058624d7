import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.faults.inputs import CAUSES
from faultloc.faults.inputs.assign import assign_causes
from faultloc.faults.inputs.names import join_causes, split_causes
from faultloc.faults.inputs.plant import plant_causes
from faultloc.subject.dataset import LabeledDataset

LABELS = np.arange(200) % 10
SHARES = {"rotation": 0.1, "darkness": 0.2, "noise": 0.05}


def generator(seed=0):
    return np.random.default_rng(seed)


def pictures():
    inputs = generator(1).integers(30, 220, (200, 3, 16, 16)).astype(np.uint8)
    ids = np.array([f"test/{index:05d}" for index in range(200)])
    weather = {"weather": np.arange(200.0)}
    return LabeledDataset(inputs, LABELS, ids, [str(label) for label in range(10)], parameters=weather)


def test_each_cause_gets_its_share_and_no_sample_has_more_than_it_should():
    given = assign_causes(LABELS, SHARES, 0.1, generator())
    singles = [names[0] for names in given if len(names) == 1]
    assert {name: singles.count(name) for name in SHARES} == {"rotation": 20, "darkness": 40, "noise": 10}
    assert sum(len(names) == 2 for names in given) == 20
    assert max(map(len, given)) == 2


def test_two_causes_are_different_in_the_order_of_the_table_and_change_different_parameters():
    shares = dict.fromkeys(CAUSES, 0.05)
    given = assign_causes(np.arange(1000) % 10, shares, 0.3, generator())
    order = list(CAUSES)
    for first, second in (names for names in given if len(names) == 2):
        assert order.index(first) < order.index(second)
        assert not CAUSES[first].absent.keys() & CAUSES[second].absent.keys()


def test_a_cause_goes_only_to_classes_that_it_suits():
    given = assign_causes(LABELS, {"rotation": 0.6, "missing_mark": 0.4}, 0, generator())
    missing = [names == ("missing_mark",) for names in given]
    assert sum(missing) == 80
    assert CAUSES["missing_mark"].suits(LABELS[missing]).all()


def test_the_same_generator_gives_the_same_causes_and_another_others():
    first, second = (assign_causes(LABELS, SHARES, 0.1, generator(7)) for _ in range(2))
    assert first == second != assign_causes(LABELS, SHARES, 0.1, generator(8))


@pytest.mark.parametrize(
    ("shares", "two", "sentence"),
    [
        ({"fog": 0.1}, 0, "there is no cause 'fog'; expected of these: other_font, rotation"),
        ({"blur": -0.1}, 0, "the share of the cause blur is -0.1; expected a number at least 0"),
        ({"blur": 0.7, "noise": 0.3}, 0.1, "are 1.1 together; expected at most 1"),
        ({"blur": 0.7}, 0.1, "there are no two causes that go together"),
        ({"missing_mark": 0.5}, 0, "100 of 200 samples are to have missing_mark, and 80 are left that can"),
    ],
)
def test_shares_that_cannot_be_are_one_sentence(shares, two, sentence):
    with pytest.raises(ConfigError, match=sentence):
        assign_causes(LABELS, shares, two, generator())


def test_planting_changes_the_pictures_that_have_a_cause_and_no_others():
    planted = plant_causes(pictures(), SHARES, 0.1, generator())
    is_changed = (planted.dataset.inputs != pictures().inputs).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(is_changed, planted.causes != "")
    np.testing.assert_array_equal(planted.dataset.labels, LABELS)


def test_planting_says_with_which_parameters_and_keeps_those_that_there_were():
    planted = plant_causes(pictures(), SHARES, 0.1, generator())
    parameters = planted.dataset.parameters
    assert list(parameters) == ["weather", "angle", "contrast", "noise"]
    has = {name: np.array([name in names for names in split_causes(planted.causes)]) for name in SHARES}
    np.testing.assert_array_equal(parameters["angle"] != 0, has["rotation"])
    np.testing.assert_array_equal(parameters["contrast"] != 1, has["darkness"])
    np.testing.assert_array_equal(parameters["noise"] != 0, has["noise"])


def test_planting_leaves_the_data_set_as_it_was_and_is_the_same_each_time():
    given = pictures()
    first, second = (plant_causes(given, SHARES, 0.1, generator(2)) for _ in range(2))
    np.testing.assert_array_equal(given.inputs, pictures().inputs)
    np.testing.assert_array_equal(first.dataset.inputs, second.dataset.inputs)
    np.testing.assert_array_equal(first.causes, second.causes)


def test_a_cause_of_how_a_picture_is_drawn_cannot_be_planted():
    with pytest.raises(ConfigError, match="other_font is in how a picture is drawn; expected of these: rotation"):
        plant_causes(pictures(), {"other_font": 0.1}, 0, generator())


def test_only_pictures_can_have_causes():
    tokens = LabeledDataset(np.ones((2, 3), dtype=np.int32), np.array([0, 1]), np.array(["a", "b"]), ["x", "y"])
    with pytest.raises(DataError, match="the inputs are tokens"):
        plant_causes(tokens, SHARES, 0, generator())


def test_names_of_causes_come_back_as_they_were_joined():
    given = [(), ("blur",), ("rotation", "noise")]
    assert join_causes(given).tolist() == ["", "blur", "rotation+noise"]
    assert split_causes(join_causes(given)) == given
