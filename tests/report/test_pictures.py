import io

import numpy as np
import pytest
from PIL import Image

from faultloc.report.shared.pictures import EDGE, describe_input, draw_picture, png_bytes


def test_a_small_picture_grows_by_a_whole_factor_without_smoothing() -> None:
    sample = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    picture = draw_picture(sample, "image")
    assert (np.asarray(picture) == np.kron(sample[0], np.ones((6, 6), dtype=np.uint8))).all()


def test_a_larger_edge_lets_a_small_picture_grow_further() -> None:
    sample = np.random.default_rng(0).integers(0, 256, (1, 8, 6), dtype=np.uint8)
    assert (np.asarray(draw_picture(sample, "image", 40)) == np.kron(sample[0], np.ones((5, 5), dtype=np.uint8))).all()
    assert draw_picture(np.zeros((3, 600, 400), dtype=np.uint8), "image", 300).size == (200, 300)


def test_a_colour_picture_keeps_its_channels() -> None:
    sample = np.zeros((3, 8, 8), dtype=np.uint8)
    sample[0] = 255
    assert draw_picture(sample, "image").getpixel((0, 0)) == (255, 0, 0)


def test_a_large_picture_becomes_a_thumbnail_of_the_same_shape() -> None:
    picture = draw_picture(np.zeros((3, 600, 400), dtype=np.uint8), "image")
    assert picture.size == (EDGE * 400 // 600, EDGE)


def test_real_numbers_are_stretched_from_black_to_white() -> None:
    picture = draw_picture(np.linspace(-3, 7, 16, dtype=np.float32).reshape(1, 4, 4), "real")
    assert np.asarray(picture).min() == 0
    assert np.asarray(picture).max() == 255


def test_a_constant_real_picture_is_black() -> None:
    assert np.asarray(draw_picture(np.full((1, 4, 4), 0.5, dtype=np.float32), "real")).max() == 0


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (np.zeros(10, dtype=np.float32), "real"),
        (np.zeros((2, 4, 4), dtype=np.float32), "real"),
        (np.full((1, 4, 4), np.nan, dtype=np.float32), "real"),
        (np.zeros(10, dtype=np.int32), "tokens"),
    ],
)
def test_what_is_not_a_picture_is_not_drawn(sample: np.ndarray, kind: str) -> None:
    assert draw_picture(sample, kind) is None


def test_what_is_not_a_picture_is_described_by_its_shape_and_range() -> None:
    assert describe_input(np.array([[0.5, 2], [-1, 0]])) == "2 × 2 numbers from -1 to 2: not a picture"


def test_a_png_holds_the_pixels_and_no_metadata() -> None:
    picture = Image.new("L", (4, 4), 77)
    again = Image.open(io.BytesIO(png_bytes(picture)))
    assert (np.asarray(again) == 77).all()
    assert not again.info
