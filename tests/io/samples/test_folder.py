"""Which samples a folder has."""

import json

import pytest

from faultloc.errors import DataError
from faultloc.io.samples import list_folder


def test_every_image_below_a_class_folder_is_a_sample_named_by_its_path(write_images):
    root = write_images(("dog", "cat"), 2)
    (root / "train/cat/deep").mkdir()
    (root / "train/cat/000.png").rename(root / "train/cat/deep/000.png")
    listing = list_folder(root, "train")
    assert listing.sample_ids == [
        "train/cat/001.png",
        "train/cat/deep/000.png",
        "train/dog/000.png",
        "train/dog/001.png",
    ]
    assert listing.given_names == ["cat", "cat", "dog", "dog"]
    assert listing.class_names == ("cat", "dog")
    assert not listing.order_is_given


def test_classes_json_gives_the_order(write_images):
    root = write_images(("cat", "dog"))
    (root / "classes.json").write_text(json.dumps({"dog": 0, "cat": 1, "bird": 2}))
    listing = list_folder(root, "train")
    assert listing.class_names == ("dog", "cat", "bird")
    assert listing.order_is_given


def test_a_classes_file_elsewhere_goes_before_the_one_in_the_folder(write_images, tmp_path):
    root = write_images(("cat", "dog"))
    (root / "classes.json").write_text(json.dumps(["cat", "dog"]))
    other = tmp_path / "order.json"
    other.write_text(json.dumps(["dog", "cat"]))
    assert list_folder(root, "train", other).class_names == ("dog", "cat")


def test_a_link_that_leaves_the_data_set_is_skipped_and_named(write_images, tmp_path):
    root = write_images(("cat", "dog"), 60)
    secret = tmp_path / "secret.png"
    (root / "train/cat/000.png").rename(secret)
    (root / "train/cat/000.png").symlink_to(secret)
    listing = list_folder(root, "train")
    assert listing.skipped == (("train/cat/000.png", "a link that leads out of the data set"),)
    assert len(listing) == 119


def test_a_link_within_the_data_set_is_followed(write_images):
    root = write_images(("cat", "dog"), 2)
    (root / "train/dog/009.png").symlink_to(root / "train/dog/000.png")
    assert "train/dog/009.png" in list_folder(root, "train").sample_ids


def test_more_than_one_percent_of_links_elsewhere_is_an_error(write_images, tmp_path):
    root = write_images(("cat", "dog"), 3)
    (root / "train/cat/evil.png").symlink_to(tmp_path / "pets/train/dog/../../../elsewhere.png")
    (tmp_path / "elsewhere.png").write_bytes((root / "train/dog/000.png").read_bytes())
    with pytest.raises(DataError, match=r"1 of 7 files cannot be used, for example train/cat/evil\.png: a link"):
        list_folder(root, "train")


def test_a_class_folder_that_is_a_link_elsewhere_is_an_error(write_images, tmp_path):
    root = write_images(("cat",))
    elsewhere = write_images(("dog",), root="other") / "train/dog"
    (root / "train/dog").symlink_to(elsewhere)
    with pytest.raises(DataError, match="is a link that leads out of"):
        list_folder(root, "train")


@pytest.mark.parametrize("image_set", ["../other", "/"])
def test_a_set_outside_of_the_data_set_is_an_error(write_images, image_set):
    root = write_images(("cat", "dog"))
    write_images(("cat", "dog"), root="other")
    with pytest.raises(DataError, match="leads out of"):
        list_folder(root, image_set)


def test_a_class_folder_without_images_is_an_error(write_images):
    root = write_images(("cat", "dog"))
    (root / "train/bird").mkdir()
    with pytest.raises(DataError, match="bird has no images in it"):
        list_folder(root, "train")


def test_a_missing_set_names_what_to_check(write_images):
    root = write_images()
    with pytest.raises(DataError, match="val does not exist.*--image_set"):
        list_folder(root, "val")
