"""The grid, the picture and the overview in a real browser, by keyboard alone, and before an accessibility checker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faultloc.io.results_store import load_results
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from tests.browser import needs_browser
from tests.review.files_case import from_folder, photograph
from tests.review.page import serving

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the package axe-playwright-python")
pytestmark = needs_browser
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 400, "height": 800}


@pytest.fixture
def open_tab(browser) -> Iterator:
    """A tab that complains of nothing: no error of a script, nothing that the page's policy forbids."""
    complaints: list[str] = []

    def start(size: dict[str, int] = DESK, scheme: str = "light") -> "sync_api.Page":
        tab = browser.new_context(viewport=size, color_scheme=scheme).new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return tab

    yield start
    assert complaints == []


def violations(tab: "sync_api.Page") -> list[str]:
    found = axe.Axe().run(tab).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def is_narrow_enough(tab: "sync_api.Page") -> bool:
    return tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def photos(folder: Path, root: Path) -> None:
    """The first samples of the list are photographs."""
    results = load_results(folder)
    top = results.ranking["sample_id"].head(3).tolist()
    names = [f"train/{number}.png" for number in range(400)]
    shown = {names[results.dataset.sample_ids.tolist().index(name)] for name in top}
    small = photograph(1, (8, 8))
    from_folder(folder, root, {name: photograph(1) if name in shown else small for name in names[:400]})


def test_a_photograph_is_fitted_zoomed_and_seen_beside_the_models_input(open_tab, digits, tmp_path):
    photos(digits.folder, tmp_path / "photos")
    with serving(digits.folder) as address:
        tab = open_tab()
        tab.goto(address)
        shown = tab.locator("article:not([hidden])")
        image = shown.locator(".zoomable img")
        sync_api.expect(shown.locator(".zoomed")).to_contain_text("% of its real size")
        tab.keyboard.press("z")
        sync_api.expect(shown.locator(".zoomed")).to_have_text("Shown at real size.")
        assert image.bounding_box()["width"] == 480
        tab.keyboard.press("+")
        assert image.bounding_box()["width"] == 720
        sync_api.expect(shown.locator(".beside")).to_be_hidden()
        tab.keyboard.press("i")
        sync_api.expect(shown.locator(".beside img")).to_be_visible()
        assert violations(tab) == []


def test_one_key_accepts_and_the_buttons_say_what_becomes_of_the_sample(open_tab, digits):
    with serving(digits.folder) as address:
        tab, store = open_tab(PHONE, "dark"), VerdictStore(digits.folder / FILE_NAME)
        tab.goto(address)
        assert violations(tab) == []
        assert is_narrow_enough(tab)
        shown = tab.locator("article:not([hidden])")
        sample_id, given = shown.locator(".id").inner_text(), shown.get_attribute("data-given")
        suggested = shown.locator(".labels dd").nth(1).inner_text().split()[0]
        assert tab.locator("[data-action=accept] small").inner_text() == f"label it {suggested}"
        assert tab.locator("[data-action=fine] small").inner_text() == f"keeps its label {given}"
        tab.keyboard.press("a")
        sync_api.expect(tab.locator("#message")).to_have_text(f"{sample_id} stays, with the label {suggested}.")
        assert store.current()[sample_id].label == suggested
        other = shown.locator(".id").inner_text()
        tab.keyboard.press("n")
        tab.keyboard.type("fa note")  # its letters are keys elsewhere
        tab.keyboard.press("Escape")
        sync_api.expect(tab.locator("#message")).to_have_text("The note is kept.")
        assert (store.notes(), len(store.current())) == ({other: "fa note"}, 1)


def test_many_are_found_selected_judged_and_undone_by_keyboard(open_tab, digits):
    ranking = load_results(digits.folder).ranking
    with serving(digits.folder) as address:
        tab, store = open_tab(), VerdictStore(digits.folder / FILE_NAME)
        tab.goto(f"{address}grid")
        first = ranking.iloc[0]
        words = f"labelled {first['given_label']}, {first['kind']}, looks like {first['suggested_label']}"
        sync_api.expect(tab.locator("#card-0")).to_have_attribute("aria-label", f"{first['sample_id']}, {words}")
        tab.keyboard.press("x")
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("Shift+ArrowRight")
        sync_api.expect(tab.locator("#selected")).to_have_text("3 selected")
        sync_api.expect(tab.locator("[data-action=accept] small")).to_contain_text("3 get the label")
        assert violations(tab) == []
        tab.keyboard.press("a")
        sync_api.expect(tab.locator("#card-2")).to_have_attribute("data-verdict", "relabel")
        assert list(store.current()) == ranking["sample_id"].head(3).tolist()
        tab.keyboard.press("u")
        sync_api.expect(tab.locator("#card-2")).to_have_attribute("data-verdict", "")
        assert store.current() == {}
        tab.keyboard.press("/")
        tab.keyboard.type(ranking["sample_id"][7].upper())
        sync_api.expect(tab.locator("#total")).to_have_text("1 sample")
        assert "name=" in tab.url
        tab.keyboard.press("?")  # is written, not a key
        sync_api.expect(tab.locator("#total")).to_have_text("No sample is like that.")
        sync_api.expect(tab.locator("#keys")).to_be_hidden()


def test_a_late_answer_on_a_selection_before_changes_nothing(open_tab, digits):
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    with serving(digits.folder) as address:
        tab = open_tab()
        tab.goto(f"{address}grid")
        said = tab.locator("[data-action=accept] small")
        sync_api.expect(said).not_to_have_text("the suggestions")
        tab.route("**/outcome", hold_the_first)
        with tab.expect_request("**/outcome"):
            tab.keyboard.press("x")
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("Shift+ArrowRight")
        sync_api.expect(said).to_contain_text("3 get the label")
        with tab.expect_response("**/outcome"):
            held[0].continue_()
        tab.wait_for_timeout(200)
        sync_api.expect(said).to_contain_text("3 get the label")


def test_every_view_passes_the_checker_on_a_phone_too(open_tab, digits, texts):
    with serving(digits.folder) as pictures, serving(texts.folder) as words:
        tab = open_tab(PHONE)
        for address in (f"{pictures}grid", f"{pictures}confusions", f"{words}grid?verdict=judged", words):
            tab.goto(address)
            tab.locator("#help").press("Enter")
            assert violations(tab) == []
            tab.keyboard.press("Escape")
            assert is_narrow_enough(tab)


def test_a_picture_on_its_way_leaves_its_place_empty(open_tab, digits):
    held = []
    with serving(digits.folder) as address:
        tab = open_tab()
        tab.goto(f"{address}grid")
        pictures = tab.locator(".card img:visible")
        sync_api.expect(pictures.first).to_be_visible()
        tab.wait_for_load_state("networkidle")
        tab.route("**/picture/**", lambda route: held.append(route))
        tab.evaluate("() => document.querySelector('#scroller').scrollTop = 3000")
        sync_api.expect(tab.locator("#card-0")).to_have_count(0)
        tab.wait_for_function("number => number < document.querySelectorAll('.card img[src]').length", arg=10)
        assert held
        assert pictures.count() == 0
        for route in held:
            route.continue_()
        sync_api.expect(pictures.first).to_be_visible()


def test_the_end_of_a_list_that_is_longer_than_a_page_can_be_is_reached(open_tab, digits):
    with serving(digits.folder) as address:
        tab = open_tab(PHONE)
        million = lambda route: route.fulfill(json=window(route.request.url))
        tab.route("**/samples?*", million)
        tab.route("**/picture/**", lambda route: route.fulfill(status=204))
        tab.route("**/outcome", lambda route: route.fulfill(json={"accept": 0, "words": ""}))
        tab.goto(f"{address}grid")
        sync_api.expect(tab.locator("#total")).to_have_text("3,000,000 samples")
        tab.keyboard.press("End")
        sync_api.expect(tab.locator("#card-2999999")).to_have_attribute("aria-label", "n2999999, labelled x")
        assert tab.locator("#card-2999999").bounding_box()["y"] < PHONE["height"]
        assert tab.locator(".card").count() < 100
        before = tab.evaluate("() => document.getElementById('scroller').scrollTop")
        tab.mouse.move(200, 400)
        tab.mouse.wheel(0, -300)  # a short way is scrolled pixel by pixel
        tab.wait_for_function("(before) => document.getElementById('scroller').scrollTop < before", arg=before)
        assert tab.locator("#card-2999990").bounding_box()["y"] > 0


def window(url: str) -> dict[str, object]:
    start = int(url.split("offset=")[1].split("&")[0])
    blank = {"given": "x", "suggested": "x", "kind": "", "verdict": "", "words": "", "note": ""}
    samples = [{"row": row, "id": f"n{row}", **blank} for row in range(start, min(start + 200, 3_000_000))]
    return {"total": 3_000_000, "offset": start, "samples": samples}


def test_a_range_that_was_never_in_sight_is_selected_whole(open_tab, digits):
    with serving(digits.folder) as address:
        tab = open_tab()
        tab.goto(f"{address}grid")
        sync_api.expect(tab.locator("#total")).to_have_text("400 samples")
        tab.keyboard.press("Shift+End")
        sync_api.expect(tab.locator("#selected")).to_have_text("400 selected")
