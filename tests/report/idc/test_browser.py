"""The page in a real browser: nothing is wider than the window, nothing is loaded, in any of its forms."""

import pytest

from faultloc.report.idc.page import write_page
from tests.browser import complaints, needs_browser, unseen_focus

pytestmark = needs_browser
LONG = "a-very-long-name-" * 20


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"class_name": LONG, "layer": LONG, "sample_id": f"0{LONG}", "units": 40},
        {"kind": "vector"},
        {"kind": "tokens", "text": LONG},
    ],
    ids=["images", "long names", "vectors", "texts"],
)
def test_the_page_fits_the_window_and_the_browser_has_no_complaint(browser, make_page, tmp_path, settings):
    page = write_page(tmp_path, make_page(**settings))
    assert complaints(browser, page, looked_at_by_axe="kind" not in settings and "units" not in settings) == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, make_page, tmp_path):
    reached, unseen = unseen_focus(browser, write_page(tmp_path, make_page(kind="tokens", text=LONG)))
    assert unseen == []
    assert any("<blockquote" in element for element in reached)
