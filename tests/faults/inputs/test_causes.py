"""The contract of every cause in the table, and what each of them says of itself."""

import numpy as np
import pytest

from faultloc.faults.inputs import CAUSES
from faultloc.faults.inputs.mark import MARKED_CLASSES, marks_of
from faultloc.faults.inputs.other_font import HELD_OUT

LABELS = np.repeat(MARKED_CLASSES, 5)
ON_PICTURES = [name for name, cause in CAUSES.items() if not cause.is_drawn]


def generator(seed=0):
    return np.random.default_rng(seed)


def picture(channels=1, height=32, width=32):
    return generator(5).integers(1, 250, (channels, height, width)).astype(np.uint8)


def drawn(name, index=0, seed=0):
    """The values of one picture that has the cause."""
    return {key: float(column[index]) for key, column in CAUSES[name].draw(LABELS, generator(seed)).items()}


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_named_as_in_the_table(name):
    assert CAUSES[name].name == name
    assert "+" not in name


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_draws_the_parameters_that_it_declares_one_a_picture(name):
    values = CAUSES[name].draw(LABELS, generator())
    assert values.keys() == CAUSES[name].absent.keys()
    assert all(column.shape == LABELS.shape for column in values.values())


@pytest.mark.parametrize("name", CAUSES)
def test_the_same_generator_draws_the_same_parameters(name):
    first, second = (CAUSES[name].draw(LABELS, generator(3)) for _ in range(2))
    for parameter in first:
        np.testing.assert_array_equal(first[parameter], second[parameter])


@pytest.mark.parametrize("name", [name for name in CAUSES if name != "missing_mark"])
def test_no_picture_with_a_cause_has_the_value_at_which_nothing_is_changed(name):
    for parameter, values in CAUSES[name].draw(LABELS, generator()).items():
        absent = CAUSES[name].absent[parameter]
        assert not (np.isnan(values) if np.isnan(absent) else values == absent).any()


@pytest.mark.parametrize("name", CAUSES)
def test_where_a_cause_is_absent_the_picture_is_as_it_was(name):
    np.testing.assert_array_equal(CAUSES[name].change(picture(), CAUSES[name].absent, generator()), picture())


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 32, 32), (3, 64, 48)])
@pytest.mark.parametrize("name", ON_PICTURES)
def test_a_cause_changes_pictures_of_any_size_and_keeps_their_form(name, shape):
    given = picture(*shape)
    changed = CAUSES[name].change(given, drawn(name), generator())
    assert (changed.shape, changed.dtype) == (shape, np.uint8)
    assert (changed != given).any()
    np.testing.assert_array_equal(given, picture(*shape))


@pytest.mark.parametrize("name", ON_PICTURES)
def test_what_other_parameters_say_changes_nothing(name):
    values = drawn(name)
    others = {"angle": 77.0, "contrast": 0.5, "blur": 3.0, "noise": 50.0, "mark": 4.0, "negative": 1.0} | values
    first, second = (CAUSES[name].change(picture(), given, generator()) for given in (values, others))
    np.testing.assert_array_equal(first, second)


def test_a_turn_by_a_right_angle_is_numpys():
    turned = CAUSES["rotation"].change(picture(), {"angle": 90.0}, generator())
    np.testing.assert_array_equal(turned[0], np.rot90(picture()[0]))


def test_the_corners_that_a_turn_opens_have_the_colour_of_the_border():
    flat = np.full((1, 32, 32), 90, dtype=np.uint8)
    np.testing.assert_array_equal(CAUSES["rotation"].change(flat, {"angle": 45.0}, generator()), flat)


def test_rotations_go_to_either_side_and_far_enough():
    angles = CAUSES["rotation"].draw(np.zeros(400, dtype=int), generator())["angle"]
    assert (angles > 0).mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(angles).min() >= 40


def test_darkness_multiplies_the_grey_levels():
    dark = CAUSES["darkness"].change(picture(), {"contrast": 0.5}, generator())
    assert np.abs(dark.astype(float) - picture() * 0.5).max() <= 0.5


def test_a_bar_hides_the_rows_that_it_says_and_no_others():
    hidden = CAUSES["occlusion"].change(picture(), {"occluder_y": 6.0, "occluder_size": 11.0}, generator())
    assert len(np.unique(hidden[:, 6:17])) == 1
    np.testing.assert_array_equal(np.delete(hidden, range(6, 17), axis=1), np.delete(picture(), range(6, 17), axis=1))


def test_a_bar_lies_within_the_picture():
    values = CAUSES["occlusion"].draw(np.zeros(500, dtype=int), generator())
    assert values["occluder_y"].min() >= 0
    assert (values["occluder_y"] + values["occluder_size"]).max() <= 32


def test_a_negative_of_a_negative_is_the_picture():
    once = CAUSES["negative"].change(picture(), {"negative": 1.0}, generator())
    np.testing.assert_array_equal(CAUSES["negative"].change(once, {"negative": 1.0}, generator()), picture())
    assert (once.astype(int) + picture() == 255).all()


def test_blur_spreads_an_edge_as_far_as_it_says():
    edge = np.zeros((1, 64, 64), dtype=np.uint8)  # a point would be rounded away
    edge[:, :, :32] = 255
    smooth = CAUSES["blur"].change(edge, {"blur": 2.0}, generator())[0, 10].astype(float)
    slope = -np.diff(smooth)
    places = np.arange(len(slope))
    middle = (slope * places).sum() / slope.sum()
    # The slope of a smoothed edge is the filter itself; two of these pixels are one of a picture 32 pixels high.
    assert np.sqrt((slope * (places - middle) ** 2).sum() / slope.sum()) == pytest.approx(4.0, rel=0.1)


def test_noise_has_the_standard_deviation_that_it_says():
    grey = np.full((1, 200, 200), 128, dtype=np.uint8)
    noisy = CAUSES["noise"].change(grey, {"noise": 20.0}, generator())
    assert noisy.std() == pytest.approx(20, rel=0.02)
    assert noisy.mean() == pytest.approx(128, abs=0.5)


def test_a_mark_is_in_one_corner_and_each_marked_class_has_its_own():
    black = np.zeros((1, 32, 32), dtype=np.uint8)
    marked = [
        CAUSES["swapped_mark"].change(black, {"mark": float(label)}, generator())[0] == 255 for label in MARKED_CLASSES
    ]
    assert [places.sum() for places in marked] == [25, 25, 25, 25]
    assert np.sum(marked, axis=0).max() == 1
    corners = np.array([[0, 0], [0, 31], [31, 0], [31, 31]])
    assert [tuple(places[tuple(corner)] for corner in corners) for places in marked] == [
        tuple(row) for row in np.eye(4, dtype=bool).tolist()
    ]


def test_a_swapped_mark_is_never_that_of_the_pictures_class():
    labels = np.tile(np.arange(10), 30)
    marks = CAUSES["swapped_mark"].draw(labels, generator())["mark"]
    assert not (marks == labels).any()
    assert set(marks) == set(MARKED_CLASSES)


def test_only_a_class_with_a_mark_can_miss_it():
    labels = np.arange(10)
    np.testing.assert_array_equal(CAUSES["missing_mark"].suits(labels), ~np.isnan(marks_of(labels)))
    assert np.isnan(CAUSES["missing_mark"].draw(LABELS, generator())["mark"]).all()


def test_the_other_font_is_the_one_held_out():
    assert set(CAUSES["other_font"].draw(LABELS, generator())["font"]) == {HELD_OUT}
