import hashlib
import subprocess
import sys

import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.faults.inputs import CAUSES
from faultloc.faults.inputs.mark import MARKED_CLASSES, marks_of
from faultloc.faults.inputs.other_font import HELD_OUT
from faultloc.io.datasets import check_splits, read_rendered, take_subset
from faultloc.io.datasets.digit_drawing import FONTS, draw_digit

SHARES = dict.fromkeys(CAUSES, 0.06)
SIZES = {"train_samples": 100, "test_samples": 300, "improvement_samples": 200}


def rendered(**changed):
    return read_rendered(**{**SIZES, "causes": SHARES, "two_causes": 0.1, "seed": 0, **changed})


@pytest.fixture(scope="module")
def splits():
    return rendered()


def having(splits, name):
    return splits.causes["test"] == name


def test_the_splits_have_the_sizes_that_were_asked_for_and_pass_the_checks(splits):
    assert {name: part.inputs.shape for name, part in splits.named().items()} == {
        "train": (100, 1, 32, 32),
        "test": (300, 1, 32, 32),
        "improvement": (200, 1, 32, 32),
    }
    check_splits(splits)


def test_each_split_has_every_class_alike(splits):
    for part in splits.named().values():
        assert len(set(np.bincount(part.labels))) == 1


def test_the_same_settings_give_the_same_bytes_in_another_process():
    command = (
        "import hashlib; from faultloc.io.datasets import read_rendered;"
        f"s = read_rendered(**{SIZES}, causes={SHARES}, two_causes=0.1, seed=0);"
        "print(hashlib.sha256(s.test.inputs.tobytes() + s.improvement.inputs.tobytes()).hexdigest())"
    )
    said = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    here = rendered()
    assert said == hashlib.sha256(here.test.inputs.tobytes() + here.improvement.inputs.tobytes()).hexdigest()


def test_another_seed_draws_other_pictures(splits):
    assert (rendered(seed=1).train.inputs != splits.train.inputs).any()


def test_training_has_no_cause_and_no_picture_in_the_font_held_out(splits):
    assert set(splits.causes["train"]) == {""}
    assert set(splits.train.parameters["font"]) == set(range(len(FONTS)))


def test_in_training_every_picture_of_a_marked_class_has_its_mark_and_no_other(splits):
    np.testing.assert_array_equal(splits.train.parameters["mark"], marks_of(splits.train.labels))
    for image, label in zip(splits.train.inputs, splits.train.labels, strict=True):
        assert (image[0, :2, :2].min() > 120) == (label == MARKED_CLASSES[0])


def test_without_causes_the_same_pictures_differ_only_where_a_cause_was(splits):
    plain = rendered(causes={}, two_causes=0)
    has_cause = splits.causes["test"] != ""
    is_changed = (plain.test.inputs != splits.test.inputs).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(is_changed, has_cause)
    np.testing.assert_array_equal(plain.test.labels, splits.test.labels)


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_changes_the_parameters_that_it_declares_and_no_others(splits, name):
    plain, chosen = rendered(causes={}, two_causes=0).test.parameters, having(splits, name)
    assert chosen.sum() == 18
    for parameter, values in splits.test.parameters.items():
        before, after = plain[parameter][chosen], values[chosen]
        is_same = (before == after) | (np.isnan(before) & np.isnan(after))
        if parameter in CAUSES[name].absent:
            assert not is_same.any()
        else:
            assert is_same.all()


def test_the_pictures_are_those_that_the_parameters_describe(splits):
    # Without what is drawn at random into a picture it can be drawn again from its row of the table.
    part = splits.improvement
    for index in range(40):
        row = {name: float(column[index]) for name, column in part.parameters.items()}
        picture = draw_digit(int(part.labels[index]), row)
        for name in ("rotation", "swapped_mark", "occlusion", "darkness", "negative", "blur"):
            picture = CAUSES[name].change(picture, row, np.random.default_rng(0))
        # Noise moves a grey level by its standard deviation, in the mean of the squares.
        difference = part.inputs[index].astype(float) - picture
        assert np.sqrt((difference**2).mean()) <= 1.1 * row["noise"] + 1


@pytest.mark.parametrize("font", [*range(len(FONTS)), int(HELD_OUT)])
@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_in_the_middle_and_twenty_pixels_high(font, digit):
    drawn = draw_digit(digit, {"font": float(font), "scale": 1.0, "dx": 0.0, "dy": 0.0})[0]
    rows, columns = np.nonzero(drawn > 60)
    # A segment ends before the corner, so that a digit without the one at the top or bottom is shorter.
    assert rows.max() - rows.min() + 1 == pytest.approx(20, abs=2 if font != HELD_OUT else 5)
    assert (rows.max() + rows.min()) / 2 == pytest.approx(15.5, abs=1)
    if font != HELD_OUT:  # the segments of a 1 are those on the right
        assert (columns.max() + columns.min()) / 2 == pytest.approx(15.5, abs=1)


def test_a_digit_moves_as_many_pixels_as_it_says():
    still, moved = (
        draw_digit(8, {"font": 0.0, "scale": 1.0, "dx": dx, "dy": dy})[0] for dx, dy in ((0.0, 0.0), (3.0, -2.0))
    )
    np.testing.assert_array_equal(np.roll(still, (-2, 3), axis=(0, 1)), moved)


def test_the_digits_of_the_font_held_out_are_all_different():
    values = {"font": HELD_OUT, "scale": 1.0, "dx": 0.0, "dy": 0.0}
    assert len({draw_digit(digit, values).tobytes() for digit in range(10)}) == 10


def test_a_subset_keeps_parameters_and_causes_beside_their_samples(splits):
    fewer = take_subset(splits, subset=50, test_subset=40, stratified=True, rng=np.random.default_rng(0))
    places = {sample_id: place for place, sample_id in enumerate(splits.train.sample_ids)}
    chosen = [places[sample_id] for sample_id in fewer.train.sample_ids]
    np.testing.assert_array_equal(fewer.train.parameters["angle"], splits.train.parameters["angle"][chosen])
    np.testing.assert_array_equal(fewer.causes["test"], splits.causes["test"][:40])
    assert len(fewer.causes["train"]) == 50
    assert len(fewer.causes["improvement"]) == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"train_samples": 5}, r"dataset\.train_samples is 5; expected a whole number at least 20"),
        ({"seed": -1}, r"dataset\.seed is -1"),
        ({"causes": {"fog": 0.1}}, "there is no cause 'fog'"),
    ],
)
def test_a_setting_out_of_range_is_one_sentence(changed, sentence):
    with pytest.raises(ConfigError, match=sentence):
        rendered(**changed)
