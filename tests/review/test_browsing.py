import csv
import io
import json

import numpy as np
import pytest

from faultloc.io.results_store import load_results
from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.purify.plan import PurifySettings, plan_changes
from faultloc.review.confusions import count_confusions
from faultloc.review.suggestion import outcome_words, suggestion_for
from faultloc.review.verdict_store import VerdictStore
from faultloc.verdict import Verdict
from tests.review.page import Page
from tests.review.results_case import rename


def found(page: Page, **asked: object) -> dict:
    answer = page.get("/samples", query_string={"offset": 0, "limit": 500, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json


def ids(page: Page, **asked: object) -> list[str]:
    return [sample["id"] for sample in found(page, **asked)["samples"]]


def test_the_list_comes_in_windows_in_its_order(page):
    ranking = load_results(page.folder).ranking
    window = found(page, offset=100, limit=50)
    assert (window["total"], window["offset"]) == (400, 100)
    assert [sample["id"] for sample in window["samples"]] == ranking["sample_id"].tolist()[100:150]
    assert len(found(page, limit=99999)["samples"]) == 400
    for asked in ({"offset": "-1"}, {"offset": "x"}, {"limit": ""}):
        assert page.get("/samples", query_string={"offset": 0, "limit": 5, **asked}).status_code == 400


def test_samples_are_filtered_by_class_kind_folder_and_name(digits):
    names = load_results(digits.folder).dataset.class_names
    rename(digits.folder, names, ["train/cat/IMG_1.jpg", "train/cat/night/img_2.JPG", "train/cats/x.jpg"])
    page, ranking = Page(digits.folder), load_results(digits.folder).ranking
    assert ids(page, given="3") == ranking[ranking["given_label"] == "3"]["sample_id"].tolist()
    both = ranking[(ranking["given_label"] == "3") & (ranking["suggested_label"] == "5")]
    assert ids(page, given="3", suggested="5") == both["sample_id"].tolist()
    assert ids(page, kind=WRONG_LABEL) == ranking[ranking["kind"] == WRONG_LABEL]["sample_id"].tolist()
    assert ids(page, kind="none") == ranking[ranking["kind"] == ""]["sample_id"].tolist()
    assert sorted(ids(page, folder="train/cat")) == ["train/cat/IMG_1.jpg", "train/cat/night/img_2.JPG"]
    assert sorted(ids(page, name="IMG_")) == ["train/cat/IMG_1.jpg", "train/cat/night/img_2.JPG"]
    assert sorted(ids(page, folder="Cat/")) == ["train/cat/IMG_1.jpg", "train/cat/night/img_2.JPG"]
    for nothing in ({"given": "no such class"}, {"kind": "no such kind"}, {"folder": "train/ca"}, {"name": "%"}):
        assert found(page, **nothing)["total"] == 0


def test_a_name_is_found_however_its_accents_and_spaces_were_written(digits):
    names = load_results(digits.folder).dataset.class_names
    apart, narrow = "train/cafe\u0301/1.jpg", "train/Screenshot at 9.41.12\u202fAM.png"
    rename(digits.folder, names, [apart, narrow])
    page = Page(digits.folder)
    assert ids(page, name="CAF\u00c9") == ids(page, folder="caf\u00e9") == [apart]
    assert ids(page, name="9.41.12 am") == [narrow]


def test_the_rows_of_a_range_that_was_never_in_sight_can_be_asked_for(page):
    shown = [sample["row"] for sample in found(page)["samples"]]
    assert page.get("/rows", query_string={"offset": 100, "limit": 250}).json["rows"] == shown[100:350]


def test_the_list_of_all_that_was_judged_has_the_last_first(page):
    first, second, third = page.rows()[:3]
    for row, decision in ((first, "faulty"), (second, "fine"), (third, "fine")):
        page.post("/verdict", row=row, decision=decision)
    assert [sample["row"] for sample in found(page, verdict="judged")["samples"]] == [third, second, first]
    assert [sample["row"] for sample in found(page, verdict="fine")["samples"]] == [third, second]
    assert found(page, verdict="open")["total"] == 397


def test_many_are_judged_at_once_and_undone_together(page):
    rows = page.rows()
    before = {page.id_of(rows[0]): Verdict(page.id_of(rows[0]), "fine")}
    page.post("/verdict", row=rows[0], decision="fine")
    answer = page.post("/verdicts", rows=rows, decision="faulty")
    assert "12 are left out of the cleaned set" in answer.json["message"]
    assert "1 had another verdict before" in answer.json["message"]
    assert {verdict.decision for verdict in page.store.current().values()} == {"faulty"}
    assert len(page.store.current()) == 12
    said = page.post("/take-back", rows=rows, mine=True).json["message"]
    assert "on 12 samples were taken back; on 1 the one before counts again." in said
    assert page.store.current() == before


def test_accepting_gives_each_sample_what_is_suggested_for_it(page):
    results = load_results(page.folder)
    said = results.ranking.set_index("sample_id")
    wrong = [row for row in range(400) if said.loc[page.id_of(row), "kind"] == WRONG_LABEL][:5]
    nothing = next(row for row in range(400) if said.loc[page.id_of(row), "kind"] == "")
    foretold = page.post("/outcome", rows=[*wrong, nothing]).json
    assert foretold["accept"] == 5
    answer = page.post("/verdicts", rows=[*wrong, nothing], decision="accept")
    assert answer.json["message"] == "5 get the label suggested for each; 1 stays without a new verdict."
    kept = page.store.current()
    assert {name: verdict.label for name, verdict in kept.items()} == {
        page.id_of(row): said.loc[page.id_of(row), "suggested_label"] for row in wrong
    }
    alone = page.post("/verdict", row=nothing, decision="accept")
    assert alone.status_code == 400 and "Nothing is suggested" in alone.text


@pytest.mark.parametrize(
    "content",
    [
        {"rows": [], "decision": "fine"},
        {"rows": "all", "decision": "fine"},
        {"rows": [1, 400], "decision": "fine"},
        {"rows": [1, True], "decision": "fine"},
        {"rows": list(range(400)) * 13, "decision": "fine"},
        {"rows": [1], "decision": "destroy"},
        {"rows": [1], "decision": "relabel"},
        {"rows": [1], "decision": "relabel", "label": 10},
        {"rows": [1], "decision": "fine", "tab": ""},
    ],
)
def test_verdicts_on_many_that_make_no_sense_are_refused_and_none_counts(page, content):
    answer = page.post("/verdicts", **content)
    assert answer.status_code == 400 and answer.text.endswith(".")
    assert page.store.current() == {}


def test_one_tab_does_not_undo_what_another_gave_meanwhile(digits):
    left, right = Page(digits.folder, tab="left"), Page(digits.folder, tab="right")
    left.post("/verdicts", rows=[1, 2], decision="fine")
    right.post("/verdict", row=2, decision="faulty")
    assert (
        "on 1 sample were taken back; 1 had none of this tab"
        in left.post("/take-back", rows=[1, 2], mine=True).json["message"]
    )
    assert left.store.current() == {left.id_of(2): Verdict(left.id_of(2), "faulty")}
    left.post("/take-back", rows=[2])  # from the list of the judged, anybody's
    assert left.store.current() == {}


def test_what_the_page_says_of_a_verdict_is_what_purify_does_with_it(page):
    results = load_results(page.folder)
    ranking, names = results.ranking, results.dataset.class_names
    head = ranking.head(3).to_dict("records")
    given = [str(entry["given_label"]) for entry in head]
    other = next(name for name in names if name != given[1])
    verdicts = [
        Verdict(str(head[0]["sample_id"]), "faulty"),
        Verdict(str(head[1]["sample_id"]), "relabel", other),
        Verdict(str(head[2]["sample_id"]), "fine"),
    ]
    plan = plan_changes(ranking, names, PurifySettings(), {verdict.sample_id: verdict for verdict in verdicts})
    done = {change.sample_id: (change.action, change.new_label) for change in plan.changes}
    assert [done.get(verdict.sample_id) for verdict in verdicts] == [("remove", ""), ("relabel", other), None]
    words = [outcome_words(verdict, label) for verdict, label in zip(verdicts, given, strict=True)]
    assert words == [
        "is left out of the cleaned set",
        f"stays, with the label {other}",
        f"stays, with its label {given[2]}",
    ]


def test_only_what_is_definitely_suspected_suggests_a_verdict():
    names = ["cat", "dog"]
    assert suggestion_for(WRONG_LABEL, "cat", "dog", names).label == "dog"
    assert suggestion_for(NEAR_DUPLICATE, "cat", "dog", names).decision == "relabel"
    assert suggestion_for(WRONG_LABEL, "cat", "moon", names).decision == "faulty"
    assert suggestion_for(FOREIGN_INPUT, "cat", "dog", names).decision == "faulty"
    for kind, suggested in ((AMBIGUOUS, "dog"), ("", "dog"), (WRONG_LABEL, "cat")):
        assert suggestion_for(kind, "cat", suggested, names).decision is None


def test_a_likeliest_other_label_says_what_it_hangs_on(page):
    ranking = load_results(page.folder).ranking
    sound = ranking[ranking["kind"] == ""].iloc[0]
    row = page.dataset.sample_ids.tolist().index(sound["sample_id"])
    html = page.get(f"/?at={row}").text
    article = html[html.index(f'<article data-row="{row}"') :].split("</article>")[0]
    assert f"Nothing definite is suspected: {sound['given_label']} may well be right." in article
    assert f"if {sound['given_label']} is wrong" in article
    assert 'data-accept=""' in article


def test_confusions_are_counted_and_lead_to_as_many_samples(page):
    ranking = load_results(page.folder).ranking
    entry = ranking[ranking["kind"] == WRONG_LABEL].iloc[0]
    given, likely, sample_id = (str(entry[name]) for name in ("given_label", "suggested_label", "sample_id"))
    verdict = Verdict(sample_id, "relabel", likely)
    pairs = count_confusions(ranking, {sample_id: verdict})
    assert sum(pair.suspected for pair in pairs) == ranking["kind"].isin([WRONG_LABEL, NEAR_DUPLICATE]).sum()
    pair = next(pair for pair in pairs if (pair.given, pair.likely) == (given, likely))
    assert pair.confirmed == 1
    assert found(page, given=given, suggested=likely, kind="mislabelled")["total"] == pair.suspected
    page.store.give(verdict)
    assert ids(page, given=given, verdict="relabel", new=likely) == [sample_id]
    assert f"{pair.suspected} labelled {given} that look like {likely}" in page.get("/confusions").text


def test_a_note_is_kept_found_again_exported_and_removed(page):
    row = page.rows()[3]
    assert page.post("/note", row=row, text=" =ask Ann\nabout it ").status_code == 200
    assert [sample["note"] for sample in found(page, verdict="noted")["samples"]] == ["=ask Ann\nabout it"]
    assert "ask Ann" in page.get("/").text
    rows = list(csv.DictReader(io.StringIO(page.get("/export/verdicts.csv").text)))
    assert [entry["note"] for entry in rows if entry["note"]] == ["'=ask Ann\nabout it"]
    page.post("/note", row=row, text="")
    assert found(page, verdict="noted")["total"] == 0
    for text in (5, "x" * 2001, None):
        assert page.post("/note", row=row, text=text).status_code == 400


def test_verdicts_of_an_earlier_version_are_read_and_can_be_given_notes(store, tmp_path):
    import sqlite3

    store.give(Verdict("a", "faulty"))
    with sqlite3.connect(tmp_path / "verdicts.sqlite") as connection:
        connection.execute("DROP TABLE notes")
    again = VerdictStore(tmp_path / "verdicts.sqlite")
    assert again.notes() == {}
    again.note("a", "x")
    assert again.notes() == {"a": "x"}
    assert again.current() == {"a": Verdict("a", "faulty")}


def test_what_the_command_exports_the_page_exports(page):
    page.post("/verdict", row=page.rows()[0], decision="faulty")
    answer = page.get("/export/verdicts.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=verdicts.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (len(rows), rows[0]["verdict"]) == (400, "faulty")
    assert len(json.loads(page.get("/export/labels.json").text)["labels"]) == 400
    assert json.loads(page.get("/export/label-studio.json").text)[0]["data"]["image"].startswith("data:image/png")
    assert page.get("/export/label-studio.xml").text.startswith("<View>")
    assert page.get("/export/../run.json").status_code == 404


def test_an_export_that_does_not_fit_is_a_sentence(texts):
    page = Page(texts.folder)
    assert "labels.json" not in page.get("/").text
    answer = page.get("/export/labels.json")
    assert answer.status_code == 500 and "these samples are texts" in answer.text


def test_all_that_a_filter_finds_are_selected_up_to_a_number(page, monkeypatch):
    assert len(page.get("/rows?given=3").json["rows"]) == (page.dataset.labels == 3).sum()
    monkeypatch.setattr("faultloc.review.browse_routes.MOST_ROWS", 300)
    answer = page.get("/rows")
    assert answer.status_code == 400 and "filter them first" in answer.text


def test_a_text_is_shown_whole_with_its_lines_and_what_the_model_reads_of_it(texts):
    stored = json.loads((texts.folder / "dataset/text.json").read_text())
    long = "first line\n\n  second   line\n" + "word " * 3000 + "end"
    stored["texts"][0] = long
    (texts.folder / "dataset/text.json").write_text(json.dumps(stored))
    html = Page(texts.folder).get("/?at=0").text
    assert long in html
    assert "What the model reads" in html


def test_numbers_that_are_no_picture_are_listed(digits):
    np.save(digits.folder / "dataset/train/inputs.npy", np.full((400, 3), 1.5, np.float32))
    page = Page(digits.folder)
    assert "1.5 1.5 1.5" in page.get("/").text
    assert "1.5 1.5 1.5" in found(page, limit=1)["samples"][0]["text"]
