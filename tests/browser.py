"""Pages in a real browser: what a reader with a narrow window, dark colours or only a keyboard would run into."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser chromium")
# A window of usual width and a telephone's, each in one of the two colour schemes.
WINDOWS = ((1366, "light"), (400, "dark"))
# Where the focus is, and whether the eye sees it: its own outline, or that of the label which stands for it.
_FOCUS = """() => {
  const at = document.activeElement, label = at.labels?.[0] ?? at;
  if (at === document.body) return null;
  const drawn = [at, label].some(one => getComputedStyle(one).outlineStyle !== "none" && one.getClientRects().length);
  return [at.outerHTML.slice(0, 80), drawn];
}"""


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The browser, closed at the end."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def complaints(browser: "Browser", page: Path, *, looked_at_by_axe: bool = True) -> list[str]:
    """All that is wrong with a page: in the console, loaded from elsewhere, too wide, broken, or found by axe.

    Axe takes a second: of several forms of a page those that have other elements are looked at by it.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    tab, found = browser.new_page(), list[str]()
    tab.on("console", lambda message: found.append(message.text))
    tab.on("request", lambda request: found.append(request.url) if request.url.startswith("http") else None)
    tab.goto(page.as_uri())
    for width, scheme in WINDOWS:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{width} {scheme}: {said}" for said in _layout(tab)]
        if not looked_at_by_axe:
            continue
        # What is folded away is read, too.
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for violation in axe.Axe().run(tab).response["violations"]:
            place = violation["nodes"][0]
            found.append(f"{width} {scheme}: {violation['help']}: {place['html'][:200]} {place['failureSummary']}")
    tab.close()
    return found


def unseen_focus(browser: "Browser", page: Path, *, steps: int = 40) -> tuple[list[str], list[str]]:
    """The elements that the tabulator key comes to, and those of them that do not show it."""
    tab = browser.new_page(viewport={"width": 400, "height": 800})
    tab.goto(page.as_uri())
    reached: list[str] = []
    unseen: list[str] = []
    for _ in range(steps):
        tab.keyboard.press("Tab")
        focus = tab.evaluate(_FOCUS)
        if focus is None:
            break
        reached.append(focus[0])
        unseen += [] if focus[1] else [focus[0]]
    tab.close()
    return reached, unseen


def _layout(tab: "Page") -> list[str]:
    beyond = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    broken = tab.evaluate("[...document.images].filter(image => image.complete && !image.naturalWidth).length")
    # A table that is wider than its box is reached by the keyboard there.
    cut = tab.evaluate(
        "[...document.querySelectorAll('table')].filter(one => { const box = one.parentElement;"
        " return one.scrollWidth > box.clientWidth + 1 && !(box.tabIndex === 0 && box.ariaLabel"
        " && getComputedStyle(box).overflowX === 'auto') }).length"
    )
    said = ((beyond, "pixels too wide"), (broken, "broken pictures"), (cut, "tables cut off"))
    return [f"{count} {what}" for count, what in said if count]
