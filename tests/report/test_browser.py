"""The page of a ranking in a real browser, in any of its forms."""

from dataclasses import replace

import pytest

from faultloc.report.dfaulo.content import ReportContent
from faultloc.report.dfaulo.page import render_page
from tests.browser import complaints, needs_browser, unseen_focus

pytestmark = needs_browser
LONG = "a-very-long-name-" * 20


def many(content: ReportContent, count: int = 15) -> ReportContent:
    """The same with more suspects than are shown at once."""
    suspects = [replace(content.suspects[number % 5], rank=number + 1) for number in range(count)]
    return replace(content, suspects=suspects)


@pytest.mark.parametrize(
    "settings",
    [{}, {"known": False, "estimated": True, "class_name": LONG}, {"text": LONG}],
    ids=["pictures", "long names", "texts"],
)
def test_everybody_can_read_the_page(browser, make_content, tmp_path, settings):
    (tmp_path / "index.html").write_text(render_page(many(make_content(**settings))), encoding="utf-8")
    assert complaints(browser, tmp_path / "index.html", looked_at_by_axe="class_name" not in settings) == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, make_content, tmp_path):
    (tmp_path / "index.html").write_text(render_page(many(make_content())), encoding="utf-8")
    reached, unseen = unseen_focus(browser, tmp_path / "index.html")
    assert unseen == []
    for wanted in ('<a href="#curves"', 'id="show-all"', "<summary", '<div class="wide"'):
        assert any(wanted in element for element in reached), wanted


def test_the_filter_hides_cards_that_are_folded_away_too(browser, make_content, tmp_path):
    (tmp_path / "index.html").write_text(render_page(many(make_content())), encoding="utf-8")
    tab = browser.new_page()
    tab.goto((tmp_path / "index.html").as_uri())
    tab.locator("summary").click()
    assert tab.locator(".card:visible").count() == 15
    tab.locator("[for=show-faults]").click()
    assert tab.locator(".card:visible").count() == tab.locator(".card.fault").count() == 6
    tab.close()
