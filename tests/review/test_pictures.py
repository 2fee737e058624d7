import io
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.results_store import Results, load_results
from faultloc.review.originals import Originals
from faultloc.review.sample_pictures import KeptBytes
from faultloc.review.showable import draw_thumbnail, read_facts, show_file
from tests.review.files_case import about, from_folder, photograph
from tests.review.page import Page

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="run"</script></svg>'


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def called(results: Results, name: str) -> Results:
    """The same with another id of the first sample."""
    ids = np.array([name, *results.dataset.sample_ids[1:]])
    return replace(results, dataset=replace(results.dataset, sample_ids=ids))


@pytest.fixture
def photos(digits, tmp_path) -> Page:
    names = ["train/0/a.jpg", "train/0/b c.png", "train/1/scan.tif", "train/1/x.svg.png", "train/2/page.html"]
    files = {name: photograph(number) for number, name in enumerate(names[:3])}
    from_folder(digits.folder, tmp_path / "photos", {**files, names[3]: SVG, names[4]: b"<script>1</script>"})
    return Page(digits.folder)


def test_a_photograph_is_shown_as_its_file_is_and_the_models_input_beside_it(photos, tmp_path):
    answer = photos.get("/picture/original/0")
    assert (answer.mimetype, answer.data) == ("image/jpeg", (tmp_path / "photos/train/0/a.jpg").read_bytes())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    html = photos.get("/?at=0").text
    assert '/picture/original/0"' in html and "480 × 480 pixels, JPEG" in html
    assert "/picture/large/0.png" in html
    assert decoded(photos.get("/picture/large/0.png").data).size == (336, 336)


def test_the_thumbnail_is_of_the_file(photos):
    thumbnail = decoded(photos.get("/picture/small/1.png").data).convert("RGB")
    assert thumbnail.size == (160, 160)
    expected = photograph(1).resize((160, 160), Image.Resampling.BOX)
    assert np.abs(np.asarray(thumbnail, float) - np.asarray(expected, float)).mean() < 3


def test_what_a_browser_cannot_show_becomes_a_png(photos):
    answer = photos.get("/picture/original/2")
    assert answer.mimetype == "image/png"
    assert np.array_equal(np.asarray(decoded(answer.data)), np.asarray(photograph(2)))


@pytest.mark.parametrize("row", [3, 4])
def test_what_is_no_image_is_never_served_whatever_its_name_and_the_page_says_why(photos, row):
    assert photos.get(f"/picture/original/{row}").status_code == 404
    html = photos.get(f"/?at={row}").text
    assert f"/picture/original/{row}" not in html
    assert "cannot be read as an image" in html
    assert photos.get(f"/picture/small/{row}.png").mimetype == "image/png"


def test_a_sample_without_a_file_shows_the_models_input_and_says_where_the_file_was(photos, tmp_path):
    (tmp_path / "photos/train/0/a.jpg").unlink()
    assert "the file is no longer at" in photos.get("/?at=0").text
    assert photos.get("/picture/original/0").status_code == 404


@pytest.mark.parametrize("name", ["../secret.png", "{root}/secret.png", "train/0/link.png", "train/a\0b.png"])
def test_a_file_outside_the_data_set_is_not_served(digits, tmp_path, name):
    photograph(9).save(tmp_path / "secret.png")
    root = tmp_path / "photos"
    from_folder(digits.folder, root, {"train/0/a.png": photograph(0)})
    (root / "train/0/link.png").symlink_to(tmp_path / "secret.png")
    results = called(load_results(digits.folder), name.format(root=tmp_path))
    found = Originals(results).find(0)
    assert found.path is None and found.why
    if "\0" not in name:
        assert Originals(results, follow_links=True).find(0).path.resolve() == tmp_path / "secret.png"


def test_the_examined_folder_itself_may_be_a_link(digits, tmp_path):
    from_folder(digits.folder, tmp_path / "disk", {"train/0/a.png": photograph(0)})
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/train").symlink_to(tmp_path / "disk/train")
    about(digits.folder, {"form": "folder", "root": str(tmp_path / "photos"), "image_set": "train"})
    assert Originals(load_results(digits.folder)).find(0).path == tmp_path / "photos/train/0/a.png"


def test_images_of_a_table_are_found_beside_it(digits, tmp_path):
    from_folder(digits.folder, tmp_path, {"images/a.png": photograph(0)})
    about(digits.folder, {"form": "csv", "root": str(tmp_path / "list.csv")})
    results = load_results(digits.folder)
    for name in ("images/a.png", str(tmp_path / "images/a.png"), "images/../images/a.png"):
        assert Originals(called(results, name)).find(0).path.resolve() == tmp_path / "images/a.png"


@pytest.mark.parametrize("said", [None, [], {"form": "tape", "root": "/"}, {"form": "arrays", "root": "/x.npz"}])
def test_samples_that_are_no_files_are_shown_as_the_model_gets_them(digits, said):
    if said is not None:
        about(digits.folder, said)
    page = Page(digits.folder)
    assert (
        "The model's input: 1 × 8 × 8" in page.get("/").text or "The model's input: 1 × 28 × 28" in page.get("/").text
    )
    assert page.get("/picture/original/0").status_code == 404


def test_an_array_is_shown_at_its_full_size(digits):
    inputs = np.random.default_rng(0).integers(0, 256, (400, 1, 700, 3), dtype=np.uint8)
    np.save(digits.folder / "dataset/train/inputs.npy", inputs)
    shown = decoded(Page(digits.folder).get("/picture/large/3.png").data)
    assert np.array_equal(np.asarray(shown), inputs[3, 0])


def saved(path: Path, image: Image.Image, **options) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("deep.png", Image.fromarray(np.linspace(0, 4000, 400, dtype=np.uint16).reshape(20, 20))),
        ("float.tif", Image.fromarray(np.linspace(-1, 1, 400, dtype=np.float32).reshape(20, 20))),
        ("int.tif", Image.fromarray(np.linspace(0, 70000, 400, dtype=np.int32).reshape(20, 20))),
    ],
)
def test_grey_values_of_more_than_eight_bits_are_stretched_and_it_is_said(tmp_path, name, image):
    path = saved(tmp_path / name, image)
    shown = np.asarray(decoded(show_file(path).content))
    assert (shown.min(), shown.max(), len(np.unique(shown))) == (0, 255, 256)
    assert "stretched" in read_facts(path).note


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "LAB"])
def test_every_mode_of_an_image_is_drawn(tmp_path, mode):
    image = photograph(3, (20, 10)).convert("L" if mode == "LAB" else "RGB")
    image = Image.merge("LAB", [image] * 3) if mode == "LAB" else image.convert(mode)
    path = saved(tmp_path / ("a.tif" if mode in ("CMYK", "YCbCr", "LAB") else "a.png"), image)
    assert decoded(show_file(path).content).size == (20, 10)
    assert draw_thumbnail(path, 160).size == (160, 80)


def test_an_image_is_turned_as_its_exif_data_ask(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / "a.jpg", photograph(1, (300, 200)), exif=exif)
    facts = read_facts(path)
    assert (facts.width, facts.height) == (200, 300) and "turned" in facts.note
    assert draw_thumbnail(path, 160).size == (107, 160)


def test_a_damaged_file_is_a_sentence_and_its_thumbnail_the_models_input(digits, tmp_path):
    whole = io.BytesIO()
    photograph(0).save(whole, "PNG")
    from_folder(digits.folder, tmp_path / "photos", {"train/0/a.png": whole.getvalue()[:600]})
    with pytest.raises(DataError, match="cannot be decoded"):
        draw_thumbnail(tmp_path / "photos/train/0/a.png", 160)
    assert decoded(Page(digits.folder).get("/picture/small/0.png").data).mode == "L"


@pytest.mark.parametrize("edge", [14_000, 60_000])
def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path, edge):
    def chunk(content: bytes) -> bytes:
        return (len(content) - 4).to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")

    head = b"IHDR" + 2 * edge.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(head) + chunk(b"IDAT" + zlib.compress(b"")))
    for read in (read_facts, show_file, lambda at: draw_thumbnail(at, 160)):
        with pytest.raises(DataError, match="too many to be shown|decompression bomb"):
            read(path)


def test_thumbnails_are_kept_up_to_a_size_and_the_longest_unused_goes_first():
    kept, made = KeptBytes(100), []

    def make(key: int) -> bytes:
        return kept.get(key, lambda: made.append(key) or bytes(40))

    for key in (1, 2, 1, 3, 1, 2):
        assert make(key) == bytes(40)
    assert made == [1, 2, 3, 2]
