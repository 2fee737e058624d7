"""The page of root causes in a real browser."""

import pytest

from faultloc.report.hudd.page import render_causes, render_no_causes
from tests.browser import complaints, needs_browser, unseen_focus

pytestmark = needs_browser
LONG = "a-very-long-name-" * 20


@pytest.mark.parametrize(
    "settings", [{"retrained": True, "class_name": LONG}, {"text": LONG, "heat": False}], ids=["pictures", "texts"]
)
def test_everybody_can_read_the_page(browser, make_content, tmp_path, settings):
    (tmp_path / "report.html").write_text(render_causes(make_content(**settings)), encoding="utf-8")
    assert complaints(browser, tmp_path / "report.html") == []


def test_everybody_can_read_that_there_are_no_causes(browser, tmp_path):
    (tmp_path / "report.html").write_text(render_no_causes(1), encoding="utf-8")
    assert complaints(browser, tmp_path / "report.html") == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, make_content, tmp_path):
    (tmp_path / "report.html").write_text(render_causes(make_content(retrained=True)), encoding="utf-8")
    reached, unseen = unseen_focus(browser, tmp_path / "report.html")
    assert unseen == []
    assert any('id="heat"' in element for element in reached)
