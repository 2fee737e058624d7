import json

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets import read_image_folder


def image(value, *, size=(6, 4), mode="RGB"):
    return Image.new(mode, size, value if mode == "L" else (value, 10, 20))


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


@pytest.fixture
def folder(tmp_path):
    """Two classes of two images, and one test image of each."""
    for number, name in enumerate(["train/cat/a b.png", "train/cat/c.PNG", "train/dog/a.png", "train/dog/b.bmp"]):
        save(tmp_path / name, image(number))
    save(tmp_path / "test/cat/x.png", image(100))
    save(tmp_path / "test/dog/y.png", image(101))
    return tmp_path


def test_images_are_sorted_and_named_by_their_path(folder):
    splits = read_image_folder(root=str(folder))
    assert splits.train.sample_ids.tolist() == [
        "train/cat/a b.png",
        "train/cat/c.PNG",
        "train/dog/a.png",
        "train/dog/b.bmp",
    ]
    assert splits.train.labels.tolist() == [0, 0, 1, 1]
    assert splits.train.class_names == ("cat", "dog")
    assert splits.test.sample_ids.tolist() == ["test/cat/x.png", "test/dog/y.png"]


def test_images_are_channel_first(folder):
    inputs = read_image_folder(root=str(folder)).train.inputs
    assert inputs.shape == (4, 3, 4, 6)
    assert inputs[:, :, 0, 0].tolist() == [[number, 10, 20] for number in range(4)]


def test_many_images_arrive_each_in_its_place(tmp_path):
    for number in range(200):
        save(tmp_path / f"train/{'ab'[number % 2]}/{number:03d}.png", image(number, mode="L"))
    train = read_image_folder(root=str(tmp_path)).train
    numbers = [int(sample_id.split("/")[2][:3]) for sample_id in train.sample_ids]
    assert train.inputs[:, 0, 0, 0].tolist() == numbers


def test_another_image_set_can_be_examined_and_the_test_set_left_out(folder):
    splits = read_image_folder(root=str(folder), image_set="test")
    assert len(splits.train) == 2
    assert splits.test is None
    assert read_image_folder(root=str(folder), test_set=None).test is None


def test_without_a_test_folder_there_is_no_test_set(tmp_path):
    save(tmp_path / "train/a/a.png", image(1))
    assert read_image_folder(root=str(tmp_path)).test is None


@pytest.mark.parametrize("content", [["dog", "cat"], {"cat": 1, "dog": 0}])
@pytest.mark.parametrize("place", [".", "train"])
def test_classes_json_gives_the_order_of_the_classes(folder, content, place):
    (folder / place / "classes.json").write_text(json.dumps(content))
    splits = read_image_folder(root=str(folder))
    assert splits.train.class_names == ("dog", "cat")
    assert splits.train.labels.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "not readable as JSON"),
        ("3", "holds something else"),
        ('{"cat": "Katze"}', "holds something else"),
        ('["cat", "cat"]', "names a class twice"),
        ('{"cat": 0, "dog": 2}', "are not 0 to 1"),
        ('["cat"]', r"folder .*dog is no class of .*classes\.json, which names cat: rename the folder, add it"),
    ],
)
def test_a_malformed_classes_json_is_one_sentence(folder, content, sentence):
    (folder / "classes.json").write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_image_folder(root=str(folder))


def test_size_and_channels_convert(folder):
    save(folder / "train/dog/c.png", image(7, size=(9, 9), mode="L"))
    inputs = read_image_folder(root=str(folder), image_size=[5, 3], channels=1).train.inputs
    assert inputs.shape == (5, 1, 3, 5)


def test_resizing_is_pillows_bicubic(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    save(tmp_path / "train/a/a.png", Image.fromarray(pixels))
    inputs = read_image_folder(root=str(tmp_path), image_size=[5, 3]).train.inputs
    expected = np.asarray(Image.fromarray(pixels).resize((5, 3), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(inputs[0, 0], expected)


def test_images_of_two_sizes_name_both_and_the_setting(folder):
    save(folder / "train/dog/c.png", image(7, size=(9, 8)))
    with pytest.raises(DataError, match=r"a b\.png is 6x4 and .*c\.png is 9x8: .*dataset\.image_size"):
        read_image_folder(root=str(folder))


def test_grey_and_colour_images_name_both_and_the_setting(folder):
    save(folder / "train/dog/c.png", image(7, mode="L"))
    with pytest.raises(DataError, match=r"a b\.png \(6x4\) has 3 .*c\.png \(6x4\) has 1: .*dataset\.channels"):
        read_image_folder(root=str(folder))


def test_sixteen_bit_images_are_refused_rather_than_cut_off(tmp_path):
    save(tmp_path / "train/a/a.png", Image.fromarray(np.full((4, 4), 40000, dtype=np.uint16)))
    with pytest.raises(DataError, match=r"a\.png has Pillow's mode 'I;16'"):
        read_image_folder(root=str(tmp_path))


def test_a_sixteen_bit_image_among_others_is_refused_also_when_channels_are_given(folder):
    save(folder / "train/dog/c.png", Image.fromarray(np.full((4, 6), 40000, dtype=np.uint16)))
    with pytest.raises(DataError, match=r"c\.png has Pillow's mode 'I;16'"):
        read_image_folder(root=str(folder), channels=1)


def test_a_truncated_image_is_named(folder):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = folder / "train/dog/z.jpg"
    save(path, Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"z\.jpg cannot be read .*truncated"):
        read_image_folder(root=str(folder), image_size=[6, 4])


def test_a_file_that_is_no_image_is_named(folder):
    (folder / "train/dog/z.png").write_text("no image")
    with pytest.raises(DataError, match=r"z\.png cannot be read"):
        read_image_folder(root=str(folder))


def test_a_decompression_bomb_is_refused(folder, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(DataError, match=r"a b\.png is too large"):
        read_image_folder(root=str(folder))


def test_an_empty_class_folder_is_named(folder):
    (folder / "train/emu").mkdir()
    with pytest.raises(DataError, match=r"train/emu has no images"):
        read_image_folder(root=str(folder))


def test_a_test_class_that_is_not_in_training_is_named(folder):
    save(folder / "test/emu/a.png", image(1))
    with pytest.raises(DataError, match=r"test/emu is no class of the training set"):
        read_image_folder(root=str(folder))


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere does not exist: set dataset\.root"):
        read_image_folder(root=str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"train does not exist"):
        read_image_folder(root=str(tmp_path))
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match=r"train has no folders"):
        read_image_folder(root=str(tmp_path))


@pytest.mark.parametrize("option", [{"channels": 2}, {"image_size": [28]}, {"image_size": [0, 5]}])
def test_impossible_sizes_and_channels_are_refused(folder, option):
    with pytest.raises(ConfigError, match=f"dataset.{next(iter(option))}="):
        read_image_folder(root=str(folder), **option)


def test_hidden_and_other_files_are_left_out_and_warned_of(folder):
    (folder / "train/.cache").mkdir()
    (folder / "train/cat/notes.txt").write_text("x")
    (folder / "train/cat/._a.png").write_text("x")
    with pytest.warns(UserWarning, match=r"2 files are left out: .*train/cat/\._a\.png.*train/cat/notes\.txt"):
        assert len(read_image_folder(root=str(folder)).train) == 4


def test_file_names_that_cannot_be_kept_are_left_out_and_named_all_at_once(folder):
    save(folder / "train/cat/a\nb.png", image(1))
    save(folder / "train/dog/tab\t.png", image(1))
    with pytest.warns(UserWarning, match=r"train/cat/a\\nb\.png, train/dog/tab\\t\.png"):
        assert len(read_image_folder(root=str(folder)).train) == 4


def test_images_that_ask_to_be_turned_are_warned_of_with_the_pipelines_way_on(folder):
    orientation = Image.Exif()
    orientation[0x0112] = 6
    image(3).save(folder / "train/dog/turned.jpg", exif=orientation)
    with pytest.warns(UserWarning, match=r"1 image asks by EXIF .*train/dog/turned\.jpg.*turn the files first"):
        read_image_folder(root=str(folder))


def test_a_test_set_without_labels_is_left_alone(folder):
    for name in ("cat", "dog"):
        (folder / "test" / name).rename(folder / "test" / f"unsorted {name}")
    with pytest.warns(UserWarning, match="test is left alone: its folders .* are none of the classes"):
        assert read_image_folder(root=str(folder)).test is None
