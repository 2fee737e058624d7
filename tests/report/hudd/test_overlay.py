import numpy as np
from PIL import Image

from faultloc.report.shared.overlay import draw_overlay, lay_over


def test_what_speaks_for_is_red_what_speaks_against_is_blue_and_nothing_is_clear() -> None:
    overlay = np.asarray(draw_overlay(np.array([[2.0, -2.0, 0.0]]), (3, 1)))
    (red, _, blue, shown), (less_red, _, more_blue, also_shown) = overlay[0, 0].tolist(), overlay[0, 1].tolist()
    assert red > blue
    assert more_blue > less_red
    assert shown == also_shown > 200
    assert overlay[0, 2, 3] == 0


def test_a_heatmap_of_zeros_leaves_the_picture_as_it_is() -> None:
    picture = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    laid = lay_over(picture, draw_overlay(np.zeros((3, 4)), picture.size))
    np.testing.assert_array_equal(np.asarray(laid)[..., 0], np.asarray(picture))
