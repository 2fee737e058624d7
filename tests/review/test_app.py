import json
import re

import numpy as np
import pytest

from faultloc.io.results_store import load_results
from faultloc.review.guard import KEY_HEADER
from faultloc.review.verdict_store import FILE_NAME
from faultloc.verdict import Verdict
from tests.review.page import HOME, Page


def test_the_page_shows_the_batch_with_labels_neighbours_and_opinions(page):
    html, ranking = page.get("/").text, load_results(page.folder).ranking
    assert [page.id_of(row) for row in page.rows()] == ranking["sample_id"].head(12).tolist()
    assert html.count("<dt>given label</dt>") == html.count("What the mutants say") == 12
    assert "Wrong label" in html and "Of the 15 nearest" in html
    assert len(re.findall(r"<article[^>]* hidden>", html)) == 11


def test_neighbours_of_both_classes_are_shown_or_said_to_be_missing(page):
    evidence = load_results(page.folder).evidence
    for article in re.findall(r"<article.*?</article>", page.get("/").text, re.S):
        row = int(re.search(r'data-row="(\d+)"', article)[1])
        given = page.dataset.labels[row]
        around = page.dataset.labels[evidence.nearest[row]]
        shown = re.search(r"given</span></h3>(.*?)</div>", article, re.S)[1]
        expected = [int(near) for near in evidence.nearest[row][around == given][:4]]
        assert [int(near) for near in re.findall(r"/picture/small/(\d+)", shown)] == expected
        assert ("none among the 15 nearest" in shown) == (not expected)


def test_a_verdict_is_on_disk_before_the_answer(page):
    row = page.rows()[0]
    answer = page.post("/verdict", row=row, decision="faulty", rows=[row], known="")
    assert answer.status_code == 200
    assert page.store.current() == {page.id_of(row): Verdict(page.id_of(row), "faulty")}
    assert answer.json["verdicts"] == {str(row): {"decision": "faulty", "words": "faulty"}}
    assert (answer.json["progress"]["judged"], answer.json["progress"]["found"]) == ("1", "1")
    assert row not in page.session.next_batch()


def test_relabelling_keeps_the_name_of_the_class(page):
    row = page.rows()[0]
    label = int((page.dataset.labels[row] + 1) % 10)
    page.post("/verdict", row=row, decision="relabel", label=label)
    assert page.store.current()[page.id_of(row)].label == page.dataset.class_names[label]


@pytest.mark.parametrize(
    "content",
    [
        {"decision": "fine"},
        {"row": -1, "decision": "fine"},
        {"row": 10**9, "decision": "fine"},
        {"row": "0", "decision": "fine"},
        {"row": True, "decision": "fine"},
        {"row": 0, "decision": "great"},
        {"row": 0, "decision": ["fine"]},
        {"row": 0, "decision": "relabel"},
        {"row": 0, "decision": "relabel", "label": 10},
        {"row": 0, "decision": "relabel", "label": -1},
        {"row": 0, "decision": "relabel", "label": "../../etc/passwd"},
        {"row": 0, "decision": "fine", "tab": 5},
        {"row": 0, "decision": "fine", "tab": ""},
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused_in_a_sentence(page, content):
    answer = page.post("/verdict", **content)
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert answer.text.endswith(".") and "\n" not in answer.text
    assert page.store.current() == {}


def test_relabelling_with_the_given_label_is_refused(page):
    answer = page.post("/verdict", row=0, decision="relabel", label=int(page.dataset.labels[0]))
    assert answer.status_code == 400
    assert "already" in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"\xff\xfe", b'{"row": NaN}'])
def test_a_body_that_is_no_verdict_is_refused(page, body):
    headers = {"Origin": HOME, KEY_HEADER: page.guard.key, "Content-Type": "application/json"}
    assert page.client.post("/verdict", data=body, headers=headers, base_url=HOME).status_code == 400
    assert page.store.current() == {}


def test_undo_takes_back_the_last_verdict_of_the_tab_and_names_its_sample(page):
    first, second = page.rows()[:2]
    page.post("/verdict", row=first, decision="faulty")
    page.tab = "another tab"
    page.post("/verdict", row=second, decision="fine")
    page.tab = "tab"
    answer = page.post("/undo", rows=[first, second])
    assert answer.json["row"] == first
    assert list(answer.json["verdicts"]) == [str(second)]
    nothing = page.post("/undo").json
    assert nothing["row"] is None
    assert "No verdict of this tab" in nothing["message"]


def test_of_two_tabs_the_later_verdict_counts_and_the_page_says_so(digits):
    left, right = Page(digits.folder, tab="left"), Page(digits.folder, tab="right")
    row = left.rows()[0]
    assert left.post("/verdict", row=row, decision="fine", known="").json["message"] == ""
    answer = right.post("/verdict", row=row, decision="faulty", known="", rows=[row]).json
    assert "it was called fine; your verdict counts now" in answer["message"]
    assert left.post("/state", rows=[row]).json["verdicts"][str(row)]["decision"] == "faulty"


def test_a_change_of_mind_in_one_tab_is_no_surprise(page):
    row = page.rows()[0]
    page.post("/verdict", row=row, decision="fine", known="")
    assert page.post("/verdict", row=row, decision="faulty", known="fine").json["message"] == ""


def test_a_skipped_sample_has_no_verdict_and_leaves_the_batch(page):
    row = page.rows()[0]
    assert page.post("/skip", row=row).json["progress"]["judged"] == "0"
    assert row not in page.rows()


def test_the_last_judged_samples_stay_within_reach(page):
    first = page.rows()
    for row in first[:3]:
        page.post("/verdict", row=row, decision="faulty")
    assert page.rows()[:3] == first[:3]
    assert set(first[3:]) < set(page.rows())


def test_a_sample_can_be_asked_for_by_its_row(page):
    row = int(page.session.next_batch()[-1])
    other = next(other for other in range(400) if other not in page.session.next_batch())
    for wanted in (row, other):
        html = page.get(f"/?at={wanted}").text
        shown = [article for article in re.findall(r"<article[^>]*>", html) if " hidden" not in article]
        assert [int(re.search(r'data-row="(\d+)"', article)[1]) for article in shown] == [wanted]
    for nonsense in ("-1", "99999", "x", "1;2"):
        assert page.get(f"/?at={nonsense}").status_code == 200


def test_when_all_are_judged_the_page_says_so(page):
    page.store.give_all([Verdict(str(sample_id), "fine") for sample_id in page.dataset.sample_ids])
    html = page.get("/").text
    assert "Nothing is left to judge" in html
    assert "Every sample has been judged" in html


def test_the_page_says_when_going_on_no_longer_pays(page, digits):
    assert "Going on no longer pays" not in page.get("/").text
    ranked = load_results(page.folder).ranking["sample_id"].tolist()
    judged = [*digits.faulty, *(sample_id for sample_id in ranked[:60] if sample_id not in digits.faulty)]
    page.store.give_all(
        [Verdict(sample_id, "faulty" if sample_id in digits.faulty else "fine") for sample_id in judged]
    )
    assert "Going on no longer pays" in page.get("/").text


def test_texts_are_shown_as_text_with_their_neighbours(texts):
    page = Page(texts.folder)
    html = page.get("/").text
    results = load_results(texts.folder)
    assert all(results.texts[row][:60] in html for row in page.rows())
    assert "/picture/" not in html
    assert page.get("/picture/large/0.png").status_code == 404


def test_tokens_without_their_texts_are_spelt_with_the_vocabulary(texts):
    stored = json.loads((texts.folder / "dataset/text.json").read_text())
    (texts.folder / "dataset/text.json").write_text(json.dumps({**stored, "texts": []}))
    page = Page(texts.folder)
    assert " ".join(stored["texts"][page.rows()[1]].split()[:5]) in page.get("/").text


def test_a_picture_is_drawn_from_the_stored_inputs_by_its_row(page):
    answer = page.get("/picture/large/7.png")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert answer.data != page.get("/picture/large/8.png").data


def test_a_store_that_broke_meanwhile_is_said_in_a_sentence(page, digits):
    row = page.rows()[0]
    (digits.folder / FILE_NAME).write_bytes(b"no database any more" * 100)
    answer = page.post("/verdict", row=row, decision="fine")
    assert answer.status_code == 500
    assert FILE_NAME in answer.text and "Traceback" not in answer.text


def test_inputs_that_are_no_pictures_are_described(digits):
    np.save(digits.folder / "dataset/train/inputs.npy", np.ones((400, 5), np.float32))
    assert "5 numbers from 1 to 1" in Page(digits.folder).get("/").text
