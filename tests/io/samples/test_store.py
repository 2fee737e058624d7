"""Decoding once."""

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from faultloc.errors import ConfigError, DataError
from faultloc.io.samples import SampleForm, list_folder, order_classes, store_samples
from faultloc.io.samples.transformed import apply_transform, find_transform
from faultloc.io.stores.contents_store import load_contents
from faultloc.io.stores.dataset_store import load_test, load_train


def stored(folder, listing, form=None, **options):
    return store_samples(
        folder, listing, order_classes(listing, len(listing.class_names)), form or SampleForm(), **options
    )


def skipped(folder) -> list[str]:
    return [entry["sample_id"] for entry in json.loads((folder / "skipped.json").read_text())["skipped"]]


def test_the_pixels_labels_and_ids_are_those_of_the_files(write_images, tmp_path):
    root = write_images(("cat", "dog"), 3)
    stored(tmp_path / "kept", list_folder(root, "train"))
    dataset = load_train(tmp_path / "kept")
    assert dataset.inputs.shape == (6, 3, 5, 6)
    assert dataset.labels.tolist() == [0, 0, 0, 1, 1, 1]
    for pixels, name in zip(dataset.inputs, dataset.sample_ids, strict=True):
        assert (pixels.transpose(1, 2, 0) == np.asarray(Image.open(root / name))).all()


def test_the_inputs_are_mapped_and_not_written_twice(write_images, tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr("faultloc.io.stores.dataset_store.save_array", lambda path, array: saved.append(path.name))
    monkeypatch.setattr("faultloc.io.stores.dataset_store.save_json", lambda path, content: None)
    stored(tmp_path / "kept", list_folder(write_images(), "train"))
    assert sorted(saved) == ["labels.npy", "sample_ids.npy"]


def test_the_same_files_are_not_decoded_again(write_images, tmp_path):
    listing = list_folder(write_images(), "train")
    counted = []
    first = stored(tmp_path / "kept", listing, on_decoded=counted.append)
    assert sum(counted) == 6
    assert stored(tmp_path / "kept", listing, on_decoded=lambda _: pytest.fail("decoded again")) == first


def test_what_each_file_held_is_kept_whatever_is_left_out(write_images, tmp_path):
    root = write_images(per_class=60)
    (root / "train/cat/001.png").write_bytes(b"damaged")
    stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(size=(3, 3), channels=1))
    kept = load_contents(tmp_path / "kept")
    assert len(kept.by_id) == 119
    assert all(kept.is_file(name, root / name) for name in load_train(tmp_path / "kept").sample_ids.tolist())
    assert not kept.is_file("train/cat/000.png", root / "train/cat/002.png")


def test_what_the_files_hold_is_added_to_samples_that_an_earlier_version_decoded(write_images, tmp_path):
    listing = list_folder(write_images(), "train")
    stored(tmp_path / "kept", listing)
    (tmp_path / "kept/contents.npy").unlink()
    stored(tmp_path / "kept", listing, on_decoded=lambda _: pytest.fail("decoded again"))
    assert len(load_contents(tmp_path / "kept").by_id) == 6


@pytest.mark.parametrize("change", ["pixels", "label", "size", "set"])
def test_whatever_changes_is_noticed(write_images, tmp_path, change):
    root = write_images()
    first = stored(tmp_path / "kept", list_folder(root, "train"))
    form = SampleForm()
    if change == "pixels":
        Image.fromarray(np.zeros((5, 6, 3), np.uint8)).save(root / "train/cat/000.png")
    elif change == "label":
        (root / "train/cat/000.png").rename(root / "train/dog/900.png")
    elif change == "size":
        form = SampleForm(size=(4, 4))
    else:
        (root / "train/cat/000.png").unlink()
    counted = []
    assert stored(tmp_path / "kept", list_folder(root, "train"), form, on_decoded=counted.append) != first
    assert sum(counted) == len(load_train(tmp_path / "kept"))


def test_a_change_is_announced_before_anything_is_replaced(write_images, tmp_path):
    root = write_images()
    stored(tmp_path / "kept", list_folder(root, "train"))
    before = (tmp_path / "kept/train/inputs.npy").read_bytes()

    def refuse() -> None:
        raise DataError("no")

    with pytest.raises(DataError, match="no"):
        stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(size=(4, 4)), on_change=refuse)
    assert (tmp_path / "kept/train/inputs.npy").read_bytes() == before


def test_one_percent_of_damaged_files_is_skipped_counted_and_named(write_images, tmp_path):
    root = write_images(("cat", "dog"), 100)
    damaged = ["train/cat/000.png", "train/dog/050.png"]
    for name in damaged:
        (root / name).write_bytes(b"not an image")
    listing = list_folder(root, "train")
    stored(tmp_path / "kept", listing)
    dataset = load_train(tmp_path / "kept")
    assert skipped(tmp_path / "kept") == damaged
    assert dataset.sample_ids.tolist() == [name for name in listing.sample_ids if name not in damaged]
    for pixels, name in zip(dataset.inputs, dataset.sample_ids, strict=True):
        assert (pixels.transpose(1, 2, 0) == np.asarray(Image.open(root / name))).all()


def test_more_damaged_files_are_an_error_that_names_one(write_images, tmp_path):
    root = write_images(("cat", "dog"), 20)
    (root / "train/cat/007.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"1 of 40 files cannot be used, for example train/cat/007\.png"):
        stored(tmp_path / "kept", list_folder(root, "train"))
    assert not (tmp_path / "kept/digest.json").exists()


def test_all_damaged_files_are_counted_and_named_when_they_are_too_many(write_images, tmp_path):
    root = write_images(("cat", "dog"), 20)
    damaged = [f"train/cat/{number:03d}.png" for number in range(0, 20, 2)]
    for name in damaged:
        (root / name).write_bytes(b"text")
    with pytest.raises(DataError, match=r"10 of 40 files .*\(it holds text\).*skipped\.json names them all"):
        stored(tmp_path / "kept", list_folder(root, "train"))
    assert skipped(tmp_path / "kept") == damaged


def left_out(folder):
    return [entry["sample_id"] for entry in json.loads((folder / "skipped.json").read_text())["left_out"]]


def test_what_is_no_sample_is_listed_in_the_results_also_when_it_came_later(write_images, tmp_path):
    root = write_images()
    (root / "train/cat/README.txt").write_text("x")
    first = stored(tmp_path / "kept", list_folder(root, "train"))
    assert left_out(tmp_path / "kept") == ["train/cat/README.txt"]
    (root / "train/dog/more.txt").write_text("x")
    again = stored(tmp_path / "kept", list_folder(root, "train"), on_decoded=lambda _: pytest.fail("decoded again"))
    assert again == first
    assert left_out(tmp_path / "kept") == ["train/cat/README.txt", "train/dog/more.txt"]


def test_images_that_ask_to_be_turned_and_animations_are_named_in_the_results(write_images, tmp_path):
    root = write_images(size=(8, 8))
    picture = Image.open(root / "train/cat/000.png")
    for orientation in (1, 6):
        asked = Image.Exif()
        asked[0x0112] = orientation
        picture.save(root / f"train/dog/{orientation}.jpg", exif=asked)
    picture.save(root / "train/dog/7.gif", save_all=True, append_images=[picture.rotate(90)])
    stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(channels=3))
    remarks = json.loads((tmp_path / "kept/remarks.json").read_text())
    assert remarks == {"to_be_turned": ["train/dog/6.jpg"], "first_frames": ["train/dog/7.gif"], "cut_off": []}


def test_images_of_different_sizes_are_an_error_until_a_size_is_given(write_images, tmp_path):
    root = write_images(("cat",), 2)
    write_images(("dog",), 2, size=(9, 9))
    with pytest.raises(DataError, match="--img_size"):
        stored(tmp_path / "kept", list_folder(root, "train"))
    stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(size=(7, 8), channels=1))
    assert load_train(tmp_path / "kept").inputs.shape == (4, 1, 8, 7)


def test_a_held_out_set_is_kept_beside(write_images, tmp_path):
    root = write_images(("cat", "dog"), 3)
    write_images(("cat", "dog"), 1, image_set="test")
    stored(tmp_path / "kept", list_folder(root, "train"), test=list_folder(root, "test"))
    test = load_test(tmp_path / "kept")
    assert test is not None
    assert test.sample_ids.tolist() == ["test/cat/000.png", "test/dog/000.png"]


TRANSFORM = """
import numpy as np

def halves(image):
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1)[:, :2, :2] / 2

def ragged(image):
    return np.zeros(np.asarray(image)[0, 0, 0] + 1)

def failing(image):
    raise RuntimeError("no such thing")

number = 3
"""


@pytest.fixture
def own_code(tmp_path, monkeypatch, request):
    name = f"own_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(TRANSFORM)
    monkeypatch.chdir(tmp_path)
    return name


def test_ones_own_transform_makes_the_inputs(write_images, tmp_path, own_code):
    root = write_images()
    transform, digest = find_transform(f"{own_code}:halves")
    stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(transform=transform, transform_digest=digest))
    dataset = load_train(tmp_path / "kept")
    first = np.asarray(Image.open(root / "train/cat/000.png"), dtype=np.float32).transpose(2, 0, 1)
    assert dataset.input_kind == "real"
    assert np.array_equal(dataset.inputs[0], first[:, :2, :2] / 2)


@pytest.mark.parametrize(
    ("name", "sentence"), [("failing", "fails on train/cat/000.png: RuntimeError"), ("ragged", "one shape")]
)
def test_a_transform_that_cannot_be_used_is_one_sentence(write_images, tmp_path, own_code, name, sentence):
    transform, digest = find_transform(f"{own_code}:{name}")
    form = SampleForm(transform=transform, transform_digest=digest)
    with pytest.raises(DataError, match=sentence):
        stored(tmp_path / "kept", list_folder(write_images(), "train"), form)
    assert not (tmp_path / "kept/train/inputs.npy").exists()


WIDE = np.array([[0, 100, 255, 256, 1000, 40000, 65535]], dtype=np.uint16)


def big_endian() -> Image.Image:
    image = Image.new("I;16B", (7, 1))
    image.frombytes(WIDE.astype(">u2").tobytes())
    return image


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("a.png", Image.fromarray(WIDE)),
        ("a.tif", Image.fromarray(WIDE)),
        ("big.tif", big_endian()),
        ("whole.tif", Image.fromarray(WIDE.astype(np.int32))),
        ("real.tif", Image.fromarray(WIDE.astype(np.float32) / 2)),
    ],
)
def test_a_transform_is_given_more_than_eight_bits_as_they_are(tmp_path, name, image):
    image.save(tmp_path / name)
    form = SampleForm(transform=lambda given: np.asarray(given, dtype=np.float64)[None], transform_digest="x")
    array = apply_transform(form, tmp_path / name, name)
    assert array.dtype == np.float32
    assert array[0].tolist() == (WIDE / (2 if name == "real.tif" else 1)).tolist()


def with_a_sign(image):
    return np.asarray(image).astype(np.int16)[None].astype(np.float32) / 32767  # as torchvision's ToTensor reads them


def inverted(image):
    return 1 - np.asarray(image, dtype=np.float32)[None] / 65535


def standardised(image):
    pixels = np.asarray(image, dtype=np.float32)[None]
    return (pixels - pixels.mean()) / (pixels.std() + 1e-6)


@pytest.mark.parametrize(("transform", "is_right"), [(with_a_sign, False), (inverted, True), (standardised, True)])
def test_a_transform_that_takes_white_for_black_in_sixteen_bits_is_refused(tmp_path, transform, is_right):
    for name in ("cat", "dog"):
        (tmp_path / "wide/train" / name).mkdir(parents=True)
        Image.fromarray(WIDE).save(tmp_path / "wide/train" / name / "a.png")
    form = SampleForm(transform=transform, transform_digest="x")
    refusal = nullcontext() if is_right else pytest.raises(DataError, match="takes white pixels of 16 bits for black")
    with refusal:
        stored(tmp_path / "kept", list_folder(tmp_path / "wide", "train"), form)


@pytest.mark.parametrize(
    ("transform", "named"), [(lambda image: np.asarray(image.convert("RGB")), 2), (inverted, 0), (standardised, 0)]
)
@pytest.mark.parametrize(("name", "divisor"), [("a.png", 1), ("a.tif", 65535)])
def test_a_transform_that_cuts_more_than_eight_bits_off_is_told(tmp_path, transform, named, name, divisor):
    pixels = WIDE if divisor == 1 else (WIDE / divisor).astype(np.float32)
    for label in ("cat", "dog"):
        (tmp_path / "wide/train" / label).mkdir(parents=True)
        Image.fromarray(pixels).save(tmp_path / "wide/train" / label / name)
    form = SampleForm(transform=transform, transform_digest="x")
    stored(tmp_path / "kept", list_folder(tmp_path / "wide", "train"), form)
    assert len(json.loads((tmp_path / "kept/remarks.json").read_text())["cut_off"]) == named


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_a_transform_is_given_eight_bits_in_rgb(tmp_path, mode):
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.fromarray(np.full((2, 2, 3), 255, np.uint8)).convert(mode).save(path)
    given = []
    form = SampleForm(transform=lambda image: given.append(image) or np.zeros(1), transform_digest="x")
    apply_transform(form, path, "a")
    assert given[0].mode == "RGB"
    assert (np.asarray(given[0]) == 255).all()


def test_without_a_transform_wide_images_are_refused_with_an_option_of_the_command(write_images, tmp_path):
    root = write_images(size=(7, 1))
    Image.fromarray(WIDE).save(root / "train/dog/wide.png")
    with pytest.raises(DataError, match=r"wide\.png has Pillow's mode 'I;16'.*--transform") as raised:
        stored(tmp_path / "kept", list_folder(root, "train"), SampleForm(channels=1))
    assert "dataset=" not in str(raised.value)


def upright(image):
    return np.asarray(ImageOps.exif_transpose(image), dtype=np.float32).transpose(2, 0, 1)


def as_stored(image):
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1)


@pytest.mark.parametrize(("transform", "named"), [(upright, 0), (as_stored, 2)])
def test_orientation_is_said_only_where_the_transform_does_not_see_to_it(write_images, tmp_path, transform, named):
    root = write_images(per_class=2, size=(5, 5))
    asked = Image.Exif()
    asked[0x0112] = 3
    for name in ("cat", "dog"):
        Image.open(root / f"train/{name}/001.png").save(root / f"train/{name}/001.png", exif=asked)
    form = SampleForm(transform=transform, transform_digest="x")
    stored(tmp_path / "kept", list_folder(root, "train"), form)
    assert len(json.loads((tmp_path / "kept/remarks.json").read_text())["to_be_turned"]) == named


def test_a_changed_transform_is_noticed(own_code, tmp_path):
    _, before = find_transform(f"{own_code}:halves")
    (tmp_path / f"{own_code}.py").write_text(TRANSFORM.replace("/ 2", "/ 4"))
    _, after = find_transform(f"{own_code}:halves")
    assert (
        replace(SampleForm(), transform_digest=before).digest()
        != replace(SampleForm(), transform_digest=after).digest()
    )


@pytest.mark.parametrize("name", ["nowhere:thing", "json", "json:absent", "own:number"])
def test_a_transform_that_is_none_is_an_error(name, own_code):
    with pytest.raises(ConfigError, match="--transform"):
        find_transform(name.replace("own", own_code))


def test_a_transform_whose_module_fails_on_import_is_one_sentence(own_code, tmp_path):
    (tmp_path / f"{own_code}.py").write_text("raise RuntimeError('operator does not exist')")
    with pytest.raises(ConfigError, match="cannot be imported .RuntimeError: operator does not exist"):
        find_transform(f"{own_code}:halves")


def test_the_folder_of_files_is_never_written(write_images, tmp_path):
    root = write_images()
    before = {path: path.stat().st_mtime_ns for path in sorted(Path(root).rglob("*"))}
    stored(tmp_path / "kept", list_folder(root, "train"))
    assert {path: path.stat().st_mtime_ns for path in sorted(Path(root).rglob("*"))} == before


def _anonymous_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) / 1024


@pytest.mark.slow
def test_a_data_set_takes_no_memory_of_its_size(write_images, tmp_path):
    # 240 MB of pixels: files of a few kilobytes each, linked many times.
    root = write_images(("cat", "dog"), 1, size=(512, 512))
    for name in ("cat", "dog"):
        for number in range(1, 160):
            (root / f"train/{name}/{number:03d}.png").hardlink_to(root / f"train/{name}/000.png")
    before, most = _anonymous_megabytes(), []
    stored(tmp_path / "kept", list_folder(root, "train"), on_decoded=lambda _: most.append(_anonymous_megabytes()))
    dataset = load_train(tmp_path / "kept")
    assert dataset.inputs.nbytes > 240e6
    for start in range(0, len(dataset), 32):
        assert dataset.inputs[start : start + 32].astype(np.float32).mean() > 0
        most.append(_anonymous_megabytes())
    assert max(most) - before < 0.5 * dataset.inputs.nbytes / 2**20
