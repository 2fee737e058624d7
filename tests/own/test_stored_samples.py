"""What is said of the files of a data set of one's own, and which sets are read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.samples import SampleForm, order_classes
from faultloc.own.brought import require_test_set
from faultloc.own.options import DataOptions
from faultloc.own.samples import list_own_samples
from faultloc.own.stored_samples import describe_reading, store_own_samples


@pytest.fixture
def pets(tmp_path) -> Path:
    """Two classes of three images, and a test set of as many without labels."""
    rng = np.random.default_rng(0)
    for place in ("train/cat", "train/dog", "test"):
        (tmp_path / "pets" / place).mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / place / f"{number}.png")
    return tmp_path / "pets"


def test_files_are_counted_by_reason_and_named_on_the_command_line(pets, tmp_path):
    for number in range(4):
        (pets / f"train/cat/{number}.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (pets / "train/dog/.DS_Store").touch()
    (pets / "train/dog/new\nline.png").touch()
    asked = Image.Exif()
    asked[0x0112] = 8
    Image.open(pets / "train/cat/0.png").save(pets / "train/cat/0.png", exif=asked)
    said: list[str] = []
    listed = list_own_samples(DataOptions(pets))
    for _ in range(2):
        store_own_samples(tmp_path / "out", listed, order_classes(listed.train, 2), SampleForm(), said.append)
    files = [line for line in said if "left out" in line]
    assert len(files) == 2
    assert files[0] == files[1]
    assert "6 files are left out: no image that can be read (it holds HEIC" in files[0]
    assert "(4: train/cat/0.heic, train/cat/1.heic, train/cat/2.heic, ...)" in files[0]
    assert r"train/dog/new\nline.png" in files[0]
    assert any("1 image asks by EXIF" in line and "--transform" in line for line in said)
    assert len(describe_reading(tmp_path / "out")) == 2


def test_a_test_set_without_labels_is_left_alone_and_said(pets):
    listed = list_own_samples(DataOptions(pets))
    assert listed.test is None
    assert listed.notes == (f"{pets}/test is left alone: it has no class folders, so no labels",)


def test_a_method_that_needs_a_test_set_does_not_take_one_without_labels(pets):
    with pytest.raises(DataError, match="has a folder test without labels .*or name another --test_set"):
        require_test_set(DataOptions(pets), "whose errors are looked at")


def test_a_set_of_one_class_is_told_before_anything_is_read(pets):
    (pets / "train/dog").rename(pets / "dogs")
    with pytest.raises(DataError, match="all 3 images .* have the label 'cat'.*--image_set"):
        list_own_samples(DataOptions(pets))


def test_the_only_label_of_a_table_is_told_by_its_beginning(tmp_path):
    (tmp_path / "data.csv").write_text(f"text,label\na,{'word ' * 99}\nb,{'word ' * 99}\n")
    with pytest.raises(DataError, match=r"all 2 texts .* have the label '(word ){7}wo\.\.\.'; expected"):
        list_own_samples(DataOptions(tmp_path / "data.csv"))


def test_a_path_that_no_record_can_keep_is_one_sentence(pets):
    odd = pets.rename(pets.with_name("caf\udce9"))
    with pytest.raises(DataError, match=r"caf\\udce9 has control characters or bytes that are not UTF-8"):
        list_own_samples(DataOptions(odd))


def test_a_set_for_improvement_has_to_have_labels(pets):
    (pets / "test").rename(pets / "improvement")
    with pytest.raises(DataError, match="improvement has no folders in it"):
        list_own_samples(DataOptions(pets, improvement_set="improvement"))
