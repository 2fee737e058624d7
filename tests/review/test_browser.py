"""The page in a real browser, as a person uses it: by keyboard, while the server is killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultloc.io.results_store import load_results
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from tests.browser import needs_browser
from tests.review.results_case import HOSTILE, Case, rename

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
pytestmark = needs_browser


class Server:
    """`faultloc review` in its own process."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        command = [sys.executable, "-m", "faultloc", "review", str(folder), "--no-browser", "--port", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().split()[2]
        self.port = int(self.address.rsplit(":", 1)[1].rstrip("/"))

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()


@pytest.fixture
def serve() -> Iterator[type[Server]]:
    started: list[Server] = []

    def start(folder: Path, port: int = 0) -> Server:
        started.append(Server(folder, port))
        return started[-1]

    yield start
    for server in started:
        server.kill()


def judged(tab: "sync_api.Page") -> int:
    return int(tab.locator("#judged").inner_text())


def press(tab: "sync_api.Page", key: str, expected: int) -> None:
    """Presses ``key`` and waits until the page says that so many are judged and shows one that is not."""
    tab.keyboard.press(key)
    sync_api.expect(tab.locator("#judged")).to_have_text(str(expected))
    sync_api.expect(tab.locator("article:not([hidden])")).to_have_attribute("data-verdict", "")
    sync_api.expect(tab.locator("body:not(.busy) .chip[aria-current=true]")).to_have_count(1)  # its script has run


@pytest.mark.exhaustive
def test_two_hundred_verdicts_by_keyboard_survive_a_killed_server(browser, serve, digits):
    server, tab = serve(digits.folder), browser.new_page()
    complaints = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(server.address)
    given = {}
    for number in range(1, 201):
        sample = tab.locator("article:not([hidden])")
        sample_id = sample.locator(".id").inner_text()
        key, decision = ("f", "faulty") if sample_id in digits.faulty else ("j", "fine")
        press(tab, key, number)
        given[sample_id] = decision
        if number == 90:
            server.kill()
            tab.keyboard.press("f")
            sync_api.expect(tab.locator("#message")).to_contain_text("is `faultloc review` still running?")
            server = serve(digits.folder, server.port)
            tab.goto(server.address)
            assert judged(tab) == 90
    kept = VerdictStore(digits.folder / FILE_NAME).current()
    assert {sample_id: verdict.decision for sample_id, verdict in kept.items()} == given
    assert len(kept) == 200
    assert set(given) >= digits.faulty
    assert "Going on no longer pays" in tab.locator("#advice").inner_text()
    assert complaints == []


def test_an_open_tab_goes_on_after_a_restart_without_a_lost_or_a_false_verdict(browser, serve, digits):
    server, tab = serve(digits.folder), browser.new_page()
    tab.goto(server.address)
    press(tab, "f", 1)
    sample_id = tab.locator("article:not([hidden]) .id").inner_text()
    server.kill()
    serve(digits.folder, server.port)
    tab.keyboard.press("f")
    sync_api.expect(tab.locator("#message")).to_contain_text("judge this sample once more")
    assert tab.locator("article:not([hidden]) .id").inner_text() == sample_id
    assert judged(tab) == 1
    press(tab, "j", 2)
    assert [verdict.decision for verdict in VerdictStore(digits.folder / FILE_NAME).current().values()] == [
        "faulty",
        "fine",
    ]


def test_relabelling_undoing_skipping_and_moving_by_keyboard(browser, serve, digits):
    server, tab = serve(digits.folder), browser.new_page()
    store, names = VerdictStore(digits.folder / FILE_NAME), load_results(digits.folder).dataset.class_names
    tab.goto(server.address)
    shown = tab.locator("article:not([hidden])")
    first = shown.locator(".id").inner_text()
    given = shown.locator(".labels dd").first.inner_text()
    suggested = shown.locator(".labels dd").nth(1).inner_text().split()[0]

    tab.keyboard.press("r")
    press(tab, "Enter", 1)
    assert store.current()[first].label == suggested

    tab.keyboard.press("u")
    sync_api.expect(tab.locator("#judged")).to_have_text("0")
    assert shown.locator(".id").inner_text() == first

    other = next(name for name in names if name not in (given, suggested))
    tab.keyboard.press("r")
    tab.keyboard.type(other)
    press(tab, "Enter", 1)
    assert store.current()[first].label == other

    second = shown.locator(".id").inner_text()
    tab.keyboard.press("s")
    sync_api.expect(shown.locator(".id")).not_to_have_text(second)
    tab.keyboard.press("ArrowLeft")
    assert shown.locator(".id").inner_text() == second
    tab.keyboard.press("Control+f")
    tab.keyboard.press("r")
    tab.keyboard.press("Escape")
    assert list(store.current()) == [first]


def test_a_key_that_is_held_down_judges_one_sample(browser, serve, digits):
    server, tab = serve(digits.folder), browser.new_page()
    tab.goto(server.address)
    for _ in range(8):
        tab.keyboard.down("f")  # without a release in between these are repetitions
    sync_api.expect(tab.locator("#judged")).to_have_text("1")
    tab.wait_for_timeout(300)
    assert judged(tab) == 1


def test_on_a_phone_the_buttons_are_large_enough_and_nothing_is_wider_than_the_screen(browser, serve, texts):
    server = serve(texts.folder)
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(server.address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    button = tab.locator("[data-action=faulty]")
    assert button.bounding_box()["height"] >= 44
    button.tap()
    sync_api.expect(tab.locator("#judged")).to_have_text("1")


def test_a_script_in_a_class_name_an_id_or_a_text_does_not_run(browser, serve, digits: Case, texts: Case):
    top = load_results(digits.folder).dataset.sample_ids
    rename(digits.folder, [f"{HOSTILE}{name}" for name in range(10)], [f"{HOSTILE}{sample}" for sample in top])
    for folder in (digits.folder, texts.folder):
        tab, asked = browser.new_page(), []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        server = serve(folder)
        tab.goto(server.address)
        assert HOSTILE in tab.locator("article:not([hidden])").inner_text()
        title = tab.title()
        tab.keyboard.press("r")
        press(tab, "Enter", 1)
        assert tab.title() == title != "run"
        assert all(url.startswith(server.address) for url in asked)
        server.kill()
