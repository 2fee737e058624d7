import re

import pytest

from faultloc.errors import ConfigError
from faultloc.review.guard import KEY_HEADER, Guard, guard_for
from tests.review.page import HOME, Page
from tests.review.results_case import HOSTILE, rename

TOKEN = "a token of some length"


def test_a_body_of_megabytes_is_refused(page):
    assert page.post("/verdict", row=0, decision="fine", rows=[1] * 100_000).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/picture/large/../../dataset/labels.npy",
        "/picture/large/..%2f..%2fverdicts.sqlite",
        "/picture/large/%2e%2e/%2e%2e/run.json",
        "/picture/large/400.png",
        "/picture/large/-1.png",
        "/picture/large/1e2.png",
        "/picture/huge/1.png",
        "/picture//etc/passwd",
        "/..%2fpage.html",
        "/review.js/../page.html",
        "/static/review.js",
        "/run.json",
        "/verdicts.sqlite",
        "/page.html",
    ],
)
def test_no_path_leads_out_of_the_data_set(page, path):
    answer = page.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"


def test_every_answer_limits_what_the_browser_may_do(page):
    answers = [page.get(path) for path in ("/", "/review.js", "/picture/small/0.png", "/nothing", "/favicon.ico")]
    answers += [page.post("/state"), page.post("/verdict"), page.post("/state", headers={})]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_needs_nothing_that_its_policy_forbids(page):
    html = page.get("/").text
    assert not re.search(r"<style|style=|<script>|\son\w+=|https?://|data:", html)


def test_html_in_names_ids_and_texts_is_shown_and_not_run(digits, texts):
    rename(digits.folder, [f"{HOSTILE}{name}" for name in range(10)], [HOSTILE])
    for folder in (digits.folder, texts.folder):
        html = Page(folder).get("/").text
        assert "&lt;script&gt;document.title" in html
        assert "<script>" not in html and "<img src=x" not in html


@pytest.mark.parametrize("origin", ["http://evil.example", "http://[::1", "http://127.0.0.1:9999", "null", "", None])
def test_verdicts_from_another_site_are_refused(page, origin):
    headers = {KEY_HEADER: page.guard.key, **({} if origin is None else {"Origin": origin})}
    for path in ("/verdict", "/undo", "/skip", "/state"):
        assert page.post(path, headers=headers, row=0, decision="fine").status_code == 403
    assert page.store.current() == {}


@pytest.mark.parametrize("key", ["", "guessed", "ü"])
def test_verdicts_without_the_key_of_this_start_are_refused(page, key):
    answer = page.post("/verdict", headers={"Origin": HOME, KEY_HEADER: key}, row=0, decision="fine")
    assert answer.status_code == 409
    assert "load it again" in answer.text
    assert page.store.current() == {}


def test_the_key_changes_with_every_start(digits):
    assert Page(digits.folder).guard.key != Page(digits.folder).guard.key


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8470",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8470",
        "",
        "127.0.0.2",
        "[::2]:8470",
        "[::1",
    ],
)
def test_a_foreign_name_that_points_here_is_refused(page, host):
    answer = page.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "not served under that name" in answer.text
    assert page.get("/picture/small/0.png", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8470", "localhost:9000", "LOCALHOST", "[::1]:8470"])
def test_this_machine_is_known_by_all_its_names_and_through_forwarded_ports(page, host):
    assert page.get("/", headers={"Host": host}).status_code == 200


def test_other_methods_change_nothing(page):
    assert page.get("/verdict").status_code == 405
    assert page.client.put("/verdict", base_url=HOME).status_code == 405


def test_with_a_token_nothing_opens_without_it(digits):
    page = Page(digits.folder, Guard(TOKEN))
    for path in ("/", "/?token=wrong", "/picture/small/0.png", "/review.js", "/nothing"):
        answer = page.get(path)
        assert answer.status_code == 403
        assert "needs its token" in answer.text
    assert page.post("/verdict", row=0, decision="fine").status_code == 403


def test_the_token_opens_the_page_once_and_leaves_the_address(digits):
    page = Page(digits.folder, Guard(TOKEN))
    welcome = page.get("/", query_string={"token": TOKEN})
    assert (welcome.status_code, welcome.headers["Location"]) == (302, "/")
    assert "HttpOnly" in welcome.headers["Set-Cookie"]
    assert "SameSite=Lax" in welcome.headers["Set-Cookie"]
    assert page.get("/").status_code == 200
    assert page.post("/verdict", row=page.rows()[0], decision="fine").status_code == 200


def test_away_from_this_machine_there_is_always_a_token():
    for host in ("0.0.0.0", "::", "192.168.1.5", "review.example"):
        assert len(guard_for(host, None).token) >= 20
        assert guard_for(host, TOKEN).token == TOKEN
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.5"):
        assert guard_for(host, None).token is None
        assert guard_for(host, TOKEN).token == TOKEN


def test_a_page_of_one_address_is_not_served_under_other_names(digits):
    page = Page(digits.folder, guard_for("192.168.1.5", TOKEN))
    assert page.get("/", headers={"Host": "192.168.1.5:8470"}).status_code == 403
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_token_that_can_be_guessed_is_refused():
    with pytest.raises(ConfigError, match="--token has 4 characters"):
        guard_for("127.0.0.1", "1234")
