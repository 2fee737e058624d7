"""MTFL's layout, read from drawn faces."""

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets import check_splits, read_mtfl
from tests.faces import write_release

BOXES = ("annotation.txt", "annotation_test.txt")


@pytest.fixture
def release(tmp_path):
    write_release(tmp_path, training=6, testing=3)
    return tmp_path


def edited(release, words=None, *, file="training.txt", line=2, **changes):
    """The release with columns of one line changed (``c3="x"`` is the third), or the line replaced."""
    path = release / file
    lines = path.read_text().splitlines()
    columns = lines[line - 1].split()
    for name, value in changes.items():
        columns[int(name[1:]) - 1] = value
    lines[line - 1] = " ".join(columns) if words is None else words
    path.write_text("\n".join(lines) + "\n")
    return release


def test_training_and_test_faces_are_grey_crops_with_ten_targets(release):
    splits = read_mtfl(root=str(release))
    check_splits(splits)
    assert splits.train.inputs.shape == (6, 1, 40, 40)
    assert splits.train.input_kind == "image"
    assert splits.train.targets.values.shape == (6, 10)
    assert len(splits.test) == 3
    assert splits.train.sample_ids[:2].tolist() == ["lfw_5590/face_0000.jpg", "net_7876/face_0001.jpg"]
    assert splits.test.sample_ids[0] == "AFLW/face_0000.jpg"


def test_the_landmarks_of_a_crop_lie_on_what_they_name(release):
    train = read_mtfl(root=str(release)).train
    for image, targets in zip(train.inputs[:, 0], train.targets.values, strict=True):
        eyes = [image[round(y), round(x)] for x, y in zip(targets[:2], targets[5:7], strict=True)]
        nose = image[round(targets[7]), round(targets[2])]
        assert max(eyes) < 80 < nose < 150 < np.median(image[15:25, 15:25])  # drawn dark, brown, on a bright face


def test_without_boxes_the_crop_is_a_square_about_the_landmarks(release):
    # Landmarks 40 apart and 20 high, in the middle of the image: a box of 40 (1 + 2 * 0.5) = 80 about them.
    Image.new("L", (200, 200)).save(release / "lfw_5590/face_0000.jpg")
    xs, ys = (80, 120, 100, 90, 110), (90, 90, 100, 110, 110)
    given = " ".join(str(number) for number in (*xs, *ys))
    edited(release, f" lfw_5590\\face_0000.jpg {given} 1 1 1 1", line=1)
    targets = read_mtfl(root=str(release), margin=0.5).train.targets.values[0]
    assert targets.tolist() == [10, 30, 20, 15, 25, 15, 15, 20, 25, 25]


def test_a_box_ends_where_the_image_ends(release):
    Image.new("L", (100, 100)).save(release / "lfw_5590/face_0000.jpg")
    edited(release, " lfw_5590\\face_0000.jpg 0 40 20 0 40 0 0 20 40 40 1 1 1 1", line=1)
    # From -20 to 60 without the edge; 0 to 60 with it.
    targets = read_mtfl(root=str(release), margin=0.5).train.targets.values[0]
    assert targets[:2] == pytest.approx([0, 40 * 40 / 60])


def test_boxes_of_a_detector_are_used_where_they_are_named(release):
    Image.new("L", (200, 200)).save(release / "lfw_5590/face_0000.jpg")
    edited(release, " lfw_5590\\face_0000.jpg 80 120 100 90 110 90 90 100 110 110 1 1 1 1", line=1)
    edited(release, "60 70 160 120 0.99", file=BOXES[0], line=1)
    targets = read_mtfl(root=str(release), boxes=BOXES).train.targets.values[0]
    assert targets.tolist() == pytest.approx([8, 24, 16, 12, 20, 16, 16, 24, 32, 32])


def test_without_a_test_file_there_is_no_test_set(release):
    (release / "testing.txt").unlink()
    assert read_mtfl(root=str(release)).test is None


def test_two_faces_of_one_image_have_ids_of_their_own(release):
    edited(release, (release / "training.txt").read_text().splitlines()[0], line=3)
    ids = read_mtfl(root=str(release)).train.sample_ids
    assert ids[[0, 2]].tolist() == ["lfw_5590/face_0000.jpg", "lfw_5590/face_0000.jpg#2"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"words": "lfw_5590\\a.jpg 1 2 3"}, r"training.txt, line 2 has 4 columns; expected 15"),
        ({"c3": "nose"}, r"training.txt, line 2 holds 'nose'; expected a number of pixels"),
        ({"c3": "nan"}, r"training.txt, line 2 holds 'nan'; expected a number of pixels"),
        ({"c2": "400"}, r"training.txt, line 2 has a landmark at 400, .* outside of net_7876/face_0001.jpg, which is"),
        ({"c2": "-1"}, r"training.txt, line 2 has a landmark at -1, .* outside of net_7876/face_0001.jpg, which is"),
        ({"c1": "net_7876\\away.jpg"}, r"training.txt, line 2: the image .*away.jpg cannot be read"),
        ({"c1": "..\\secret.jpg"}, r"training.txt, line 2 names the image .*; expected a path below the folder"),
        ({"c1": "/etc/x.jpg"}, r"training.txt, line 2 names the image /etc/x.jpg; expected a path below the folder"),
        ({"words": "net_7876\\face_0001.jpg " + "50 " * 10 + "1 1 1 1"}, r"line 2: the box of this face has no pixel"),
    ],
)
def test_a_malformed_line_is_named_in_one_sentence(release, changes, sentence):
    with pytest.raises(DataError, match=sentence):
        read_mtfl(root=str(edited(release, **changes)))


def test_a_damaged_picture_is_named_with_its_line(release):
    (release / "net_7876/face_0001.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"training.txt, line 2: the image .*face_0001.jpg cannot be read"):
        read_mtfl(root=str(release))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("5 5 5 9 1", "is a box from 5, 5 to 5, 9"), ("1 2 3", "has 3 columns"), ("900 900 950 950", "has no pixel of")],
)
def test_a_box_that_is_none_is_named_in_one_sentence(release, line, sentence):
    with pytest.raises(DataError, match=sentence):
        read_mtfl(root=str(edited(release, line, file=BOXES[0])), boxes=BOXES)


def test_boxes_for_other_faces_are_refused(release):
    (release / BOXES[0]).write_text("1 2 3 4\n")
    with pytest.raises(DataError, match="has 1 boxes for 6 faces"):
        read_mtfl(root=str(release), boxes=BOXES)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*training.txt: set dataset.root"):
        read_mtfl(root=str(tmp_path))


def test_a_file_without_faces_is_refused(release):
    (release / "training.txt").write_text("\n \n")
    with pytest.raises(DataError, match="holds no faces"):
        read_mtfl(root=str(release))


@pytest.mark.parametrize("settings", [{"margin": -1}, {"boxes": "annotation.txt"}, {"boxes": ["annotation.txt"]}])
def test_a_setting_that_makes_no_sense_is_refused(release, settings):
    with pytest.raises(ConfigError, match=r"dataset\.(margin|boxes)"):
        read_mtfl(root=str(release), **settings)
