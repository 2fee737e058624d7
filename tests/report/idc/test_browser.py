"""The page in a real browser: nothing is wider than the window, nothing is loaded, in any of its forms."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultloc.report.idc.page import write_page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser chromium")
LONG = "a-very-long-name-" * 20


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def complaints(browser: "sync_api.Browser", page: Path, width: int) -> list[str]:
    tab = browser.new_page(viewport={"width": width, "height": 800})
    found: list[str] = []
    tab.on("console", lambda message: found.append(message.text))
    tab.on("request", lambda request: found.append(request.url) if request.url.startswith("http") else None)
    tab.goto(page.as_uri())
    beyond = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    broken = tab.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
    tab.close()
    return [*found, *([f"{beyond} pixels too wide"] if beyond else []), *([f"{broken} broken"] if broken else [])]


@pytest.mark.parametrize("width", [360, 1280])
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
def test_the_page_fits_the_window_and_the_browser_has_no_complaint(browser, make_page, tmp_path, settings, width):
    assert complaints(browser, write_page(tmp_path, make_page(**settings)), width) == []
