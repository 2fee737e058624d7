import csv
import json
from xml.etree import ElementTree

import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.io.results_store import load_results
from faultloc.review.exchange import export_verdicts, import_verdicts
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict
from tests.review.results_case import rename

STRANGE = ["=1+1", "+a", "-b", "@c", "\tx", "'quoted", "'=both", 'say "no", ü; end', "two\nlines"]


def judge(folder, ids) -> dict[str, Verdict]:
    given = [
        Verdict(ids[0], "faulty"),
        Verdict(ids[1], "fine"),
        Verdict(ids[2], "relabel", "3"),
        Verdict(ids[5], "fine"),
    ]
    VerdictStore(folder / FILE_NAME).give_all(given)
    return {verdict.sample_id: verdict for verdict in given}


def start_over(folder) -> VerdictStore:
    (folder / FILE_NAME).unlink()
    return VerdictStore(folder / FILE_NAME)


def ranked_ids(folder) -> list[str]:
    return load_results(folder).ranking["sample_id"].tolist()


def rows_in(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_the_whole_list_in_order_with_verdicts_where_there_are_some(digits, tmp_path):
    ids, path = ranked_ids(digits.folder), tmp_path / "verdicts.csv"
    judge(digits.folder, ids)
    assert export_verdicts(digits.folder, path, None).startswith("400 samples, 4 with a verdict")
    rows = rows_in(path)
    assert [row["sample_id"] for row in rows] == ids
    assert [(row["verdict"], row["new_label"]) for row in rows[:6]] == [
        ("faulty", ""),
        ("fine", ""),
        ("relabel", "3"),
        ("", ""),
        ("", ""),
        ("fine", ""),
    ]
    assert float(rows[0]["suspiciousness"]) == pytest.approx(
        load_results(digits.folder).ranking["suspiciousness"][0], abs=1e-5
    )


@pytest.mark.parametrize(("name", "format_"), [("v.csv", None), ("v.json", "label-studio")])
def test_what_was_exported_comes_back_the_same(digits, tmp_path, name, format_):
    given = judge(digits.folder, ranked_ids(digits.folder))
    export_verdicts(digits.folder, tmp_path / name, format_)
    store = start_over(digits.folder)
    assert import_verdicts(digits.folder, tmp_path / name, format_).startswith("4 verdicts were taken")
    assert store.current() == given


def test_verdicts_about_another_data_set_are_not_exported(digits, tmp_path):
    VerdictStore(digits.folder / FILE_NAME).belong_to("another data set")
    with pytest.raises(DataError, match="verdicts about another data set"):
        export_verdicts(digits.folder, tmp_path / "v.csv", None)


def test_importing_twice_changes_nothing(digits, tmp_path):
    judge(digits.folder, ranked_ids(digits.folder))
    export_verdicts(digits.folder, tmp_path / "v.csv", None)
    before = VerdictStore(digits.folder / FILE_NAME).length()
    assert "0 verdicts were taken" in import_verdicts(digits.folder, tmp_path / "v.csv", None)
    assert VerdictStore(digits.folder / FILE_NAME).length() == before


def test_no_cell_is_a_formula_and_strange_ids_and_classes_come_back(digits, tmp_path):
    names = [*STRANGE, "ten"]
    rename(digits.folder, names, STRANGE)
    given = [Verdict(sample_id, "relabel", name) for sample_id, name in zip(STRANGE, names[1:], strict=True)]
    store = VerdictStore(digits.folder / FILE_NAME)
    store.give_all(given)
    export_verdicts(digits.folder, tmp_path / "v.csv", None)
    cells = [cell for row in rows_in(tmp_path / "v.csv") for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    store = start_over(digits.folder)
    import_verdicts(digits.folder, tmp_path / "v.csv", None)
    assert store.current() == {verdict.sample_id: verdict for verdict in given}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_that_a_spreadsheet_saved_is_read(digits, tmp_path, separator):
    ids = ranked_ids(digits.folder)
    lines = [["verdict", "note", "sample_id", "new_label"], ["Fine ", "", ids[4], ""], ["RELABEL", "x", ids[0], "7"]]
    text = "\r\n".join(separator.join(line) for line in [*lines, ["", "", ids[1], ""]])
    (tmp_path / "v.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    import_verdicts(digits.folder, tmp_path / "v.csv", None)
    assert VerdictStore(digits.folder / FILE_NAME).current() == {
        ids[4]: Verdict(ids[4], "fine"),
        ids[0]: Verdict(ids[0], "relabel", "7"),
    }


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nobody,fine,", "no sample 'nobody'"),
        ("{id},relabel,eleven", "no class 'eleven'"),
        ("{id},relabel,", "without a new label"),
        ("{id},great,", "the verdict 'great'"),
        ("{id},fine,3", "fine with a new label"),
        ("{id}, ,3", "no verdict with a new label; expected relabel"),
        ("{first},faulty,", "contradicts the first"),
        ('{id},fine,"open', "expected a CSV"),
    ],
)
def test_of_a_csv_with_a_mistake_nothing_is_imported(digits, tmp_path, line, complaint):
    first, second = ranked_ids(digits.folder)[:2]
    text = f"sample_id,verdict,new_label\n{first},fine,\n{line.format(id=second, first=first)}\n"
    (tmp_path / "v.csv").write_text(text)
    with pytest.raises(DataError, match=rf"line \d: .*{complaint}"):
        import_verdicts(digits.folder, tmp_path / "v.csv", None)
    assert VerdictStore(digits.folder / FILE_NAME).current() == {}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no column sample_id"),
        (b"sample_id,label\n1,2\n", "no column verdict"),
        (b"sample_id,verdict,note,verdict\n1,fine,,faulty\n", "has the column verdict 2 times; expected it once"),
        (b"sample_id,verdict\n\xff\xfe,fine\n", "not UTF-8"),
    ],
)
def test_what_is_no_table_of_verdicts_is_named(digits, tmp_path, content, complaint):
    (tmp_path / "v.csv").write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        import_verdicts(digits.folder, tmp_path / "v.csv", None)


def test_a_file_that_is_not_there_is_named(digits, tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        import_verdicts(digits.folder, tmp_path / "v.csv", None)


def test_a_name_that_does_not_tell_the_format_asks_for_it(digits, tmp_path):
    with pytest.raises(ConfigError, match="--format"):
        export_verdicts(digits.folder, tmp_path / "v.json", None)


def test_the_results_own_files_are_not_written_over(digits):
    before = (digits.folder / "ranking.csv").read_bytes()
    with pytest.raises(ConfigError, match="belongs to the results"):
        export_verdicts(digits.folder, digits.folder / "ranking.csv", None)
    assert (digits.folder / "ranking.csv").read_bytes() == before


def test_label_studio_gets_the_samples_worth_looking_at_with_picture_and_prediction(digits, tmp_path):
    results = load_results(digits.folder)
    export_verdicts(digits.folder, tmp_path / "tasks.json", "label-studio")
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    assert len(tasks) == results.summary["worthwhile_depth"] > 10
    top = results.ranking.iloc[0]
    assert tasks[0]["data"]["sample_id"] == top["sample_id"]
    assert tasks[0]["data"]["image"].startswith("data:image/png;base64,")
    (prediction,) = tasks[0]["predictions"]
    assert prediction["result"] == [
        {
            "from_name": "label",
            "to_name": "image",
            "type": "choices",
            "value": {"choices": [top["suggested_label"]]},
        }
    ]
    assert 0 <= prediction["score"] <= 1


def test_the_labelling_interface_names_all_controls_and_classes(texts, tmp_path):
    rename(texts.folder, ["<b>", 'a "quote"', "&", "science"])
    results = load_results(texts.folder)
    export_verdicts(texts.folder, tmp_path / "tasks.json", "label-studio")
    interface = ElementTree.parse(tmp_path / "tasks.xml").getroot()
    names = [choice.get("value") for choice in interface.findall("Choices[@name='label']/Choice")]
    assert names == ["<b>", 'a "quote"', "&", "science"]
    assert interface.find("Text").attrib == {"name": "text", "value": "$text"}
    assert len(json.loads((tmp_path / "tasks.json").read_text())) == results.summary["worthwhile_depth"]
    assert {control.get("toName") for control in interface.findall("Choices")} == {"text"}


def test_answers_given_in_label_studio_become_verdicts(texts, tmp_path):
    results = load_results(texts.folder)
    top = results.ranking.head(6)
    ids, given = top["sample_id"].tolist(), top["given_label"].tolist()
    other = [next(name for name in results.dataset.class_names if name != label) for label in given]

    def answered(row, *answers, **more):
        result = [
            {"id": "x", "from_name": control, "to_name": "text", "type": "choices", "value": {"choices": [choice]}}
            for control, choice in answers
        ]
        return {"id": row, "data": {"sample_id": ids[row]}, "annotations": [{"id": 9, "result": result, **more}]}

    changed = answered(4, ("label", given[4]))
    changed["annotations"].append(answered(4, ("label", other[4]))["annotations"][0])
    export = [
        answered(0, ("label", given[0])),
        answered(1, ("label", other[1])),
        answered(2, ("verdict", "faulty")),
        answered(3, ("label", other[3]), was_cancelled=True),
        changed,
        answered(5),
    ]
    (tmp_path / "export.json").write_text(json.dumps(export))
    import_verdicts(texts.folder, tmp_path / "export.json", "label-studio")
    assert list(VerdictStore(texts.folder / FILE_NAME).current().values()) == [
        Verdict(ids[0], "fine"),
        Verdict(ids[1], "relabel", other[1]),
        Verdict(ids[2], "faulty"),
        Verdict(ids[4], "relabel", other[4]),
    ]


@pytest.mark.parametrize(
    "content", ["", "{", "{}", "[1]", '[{"annotations": [{"result": [{"type": "choices"}]}]}]', '[{"annotations": 5}]']
)
def test_what_is_no_export_of_label_studio_is_named(digits, tmp_path, content):
    (tmp_path / "export.json").write_text(content)
    with pytest.raises(DataError, match="Label Studio|task"):
        import_verdicts(digits.folder, tmp_path / "export.json", "label-studio")
    assert VerdictStore(digits.folder / FILE_NAME).current() == {}


def test_fiftyone_gets_classes_labels_and_attributes(digits, tmp_path):
    results = load_results(digits.folder)
    ids = ranked_ids(digits.folder)
    judge(digits.folder, ids)
    export_verdicts(digits.folder, tmp_path / "labels.json", "fiftyone")
    written = json.loads((tmp_path / "labels.json").read_text())
    assert written["classes"] == list(results.dataset.class_names)
    assert set(written["labels"]) == set(ids)
    relabelled, fine = written["labels"][ids[2]], written["labels"][ids[1]]
    assert written["classes"][relabelled["label"]] == "3"
    assert written["classes"][fine["label"]] == results.ranking["given_label"][1]
    assert relabelled["attributes"]["verdict"] == "relabel"
    assert 0 <= relabelled["attributes"]["suspiciousness"] <= 1
    assert relabelled["attributes"]["kind"] == results.ranking["kind"][2]


def test_fiftyone_finds_image_files_by_their_names_without_suffix(digits, tmp_path):
    names = list(load_results(digits.folder).dataset.class_names)
    rename(digits.folder, names, ["cat/a.b.JPG", "cat/0.5"])
    export_verdicts(digits.folder, tmp_path / "labels.json", "fiftyone")
    assert {"cat/a.b", "cat/0.5"} < set(json.loads((tmp_path / "labels.json").read_text())["labels"])


def test_images_that_differ_by_their_suffix_only_are_named(digits, tmp_path):
    rename(digits.folder, list(load_results(digits.folder).dataset.class_names), ["cat/a.jpg", "cat/a.png"])
    with pytest.raises(DataError, match="would be called 'cat/a'"):
        export_verdicts(digits.folder, tmp_path / "labels.json", "fiftyone")
    assert not (tmp_path / "labels.json").exists()


def test_texts_are_nothing_for_fiftyone_and_nothing_is_read_from_it(texts, tmp_path):
    with pytest.raises(DataError, match="expected images for FiftyOne"):
        export_verdicts(texts.folder, tmp_path / "labels.json", "fiftyone")
    with pytest.raises(ConfigError, match="cannot be read from FiftyOne"):
        import_verdicts(texts.folder, tmp_path / "labels.json", "fiftyone")
