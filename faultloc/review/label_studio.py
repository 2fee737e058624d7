"""The most suspicious samples as tasks for Label Studio, and the verdicts in its JSON export."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from faultloc.errors import DataError
from faultloc.fault_estimate import FaultEstimate
from faultloc.io.results_store import Results
from faultloc.io.stores.artifacts import written_whole
from faultloc.report.dfaulo.suspects import spell_input
from faultloc.report.shared.pictures import draw_picture
from faultloc.review.claims import Claim, checked_verdicts
from faultloc.review.sample_pictures import Pictures
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.row_order import rows_of
from faultloc.verdict import Verdict

# The names of the two controls in the labelling interface, to which predictions and answers refer.
_LABEL, _VERDICT = "label", "verdict"
_NO_CLASS = "faulty"
# Pixels of the longer side, of a model's input and of an image file: all pictures are in the one JSON file.
_EDGE, _FILE_EDGE = 336, 640


def write_label_studio(path: Path, results: Results, verdicts: Mapping[str, Verdict]) -> tuple[int, Path]:
    """How many tasks were written, and the path of the labelling interface (XML) beside them.

    A task for each sample that it pays to look at, the most suspicious first, and for each with a verdict. Its picture
    or text is in it; the suggested label is its prediction, a verdict its annotation.
    """
    estimate = FaultEstimate.from_summary(results.summary)
    ids = results.ranking["sample_id"].to_numpy(np.str_)
    is_asked = np.arange(len(ids)) < (0 if estimate is None else estimate.worthwhile_depth)
    chosen = results.ranking[is_asked | np.isin(ids, list(verdicts))]
    rows = rows_of(chosen["sample_id"].to_numpy(np.str_), results.dataset.sample_ids, "the data set")
    is_image = draw_picture(results.dataset.inputs[0], results.dataset.input_kind) is not None
    config, pictures = path.with_suffix(".xml"), Pictures(results)
    with written_whole(config) as temporary:
        temporary.write_text(_interface(results.dataset.class_names, is_image), encoding="utf-8")
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        # One task at a time: pictures of thousands of samples would not fit into memory.
        separator = "[\n"
        for row, entry in zip(rows.tolist(), chosen.to_dict("records"), strict=True):
            told = {str(name): value for name, value in entry.items()}
            task = _task(results, pictures if is_image else None, row, told, verdicts)
            file.write(separator + json.dumps(task, ensure_ascii=False, allow_nan=False))
            separator = ",\n"
        file.write("[]\n" if not len(rows) else "\n]\n")
    return len(rows), config


def read_label_studio(path: Path, dataset: LabeledDataset) -> dict[str, Verdict]:
    """The verdicts in Label Studio's JSON export at ``path``, by sample id.

    The last annotation of a task counts that was not cancelled. Another class than the given one relabels, the same
    one is fine; tasks without an answer are skipped.

    Raises:
        DataError: the file is no such export, or an answer does not fit ``dataset``.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: {error.msg}; expected Label Studio's JSON export") from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise DataError(f"{path} is not a list of tasks; expected Label Studio's export in the format JSON")
    labels = dataset.names_of(dataset.labels).tolist()
    given = dict(zip(dataset.sample_ids.tolist(), labels, strict=True))
    try:
        return checked_verdicts(path, _claims(tasks, given), dataset)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise DataError(
            f"{path}: a task lacks {error}; expected tasks that `faultloc review --export` made, as Label Studio "
            "exports them in the format JSON: nothing was imported"
        ) from error


def _task(
    results: Results, pictures: Pictures | None, row: int, entry: Mapping[str, object], verdicts: Mapping[str, Verdict]
) -> dict[str, object]:
    shown = "text" if pictures is None else "image"
    names = ("sample_id", "given_label", "suggested_label", "kind", "suspiciousness")
    task: dict[str, object] = {
        "data": {shown: _shown(results, pictures, row), **{name: entry[name] for name in names}},
        "predictions": [
            {
                "model_version": "faultloc",
                "score": entry["suspiciousness"],
                "result": [_choice(_LABEL, str(entry["suggested_label"]), shown)],
            }
        ],
    }
    verdict = verdicts.get(str(entry["sample_id"]))
    if verdict:
        answer = _choice(_VERDICT, _NO_CLASS, shown)
        if verdict.decision != "faulty":
            answer = _choice(_LABEL, verdict.label or str(entry["given_label"]), shown)
        task["annotations"] = [{"result": [answer]}]
    return task


def _choice(control: str, choice: str, shown: str) -> dict[str, object]:
    return {"from_name": control, "to_name": shown, "type": "choices", "value": {"choices": [choice]}}


def _shown(results: Results, pictures: Pictures | None, row: int) -> str:
    png = None if pictures is None else pictures.at_most(row, _FILE_EDGE, _EDGE)
    if png is None:
        return spell_input(results.dataset, row, results.texts, results.vocabulary)
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _interface(class_names: object, is_image: bool) -> str:
    shown = "image" if is_image else "text"
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Image" if is_image else "Text", name=shown, value=f"${shown}")
    ElementTree.SubElement(view, "Header", value="Given: $given_label. What is the right label?")
    labels = ElementTree.SubElement(view, "Choices", name=_LABEL, toName=shown, choice="single-radio")
    for name in class_names:  # type: ignore[attr-defined]
        ElementTree.SubElement(labels, "Choice", value=str(name))
    ElementTree.SubElement(view, "Header", value="Or does it belong to none of them?")
    verdict = ElementTree.SubElement(view, "Choices", name=_VERDICT, toName=shown, choice="single-radio")
    ElementTree.SubElement(verdict, "Choice", value=_NO_CLASS)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _claims(tasks: list[dict], given: Mapping[str, str]) -> Iterator[Claim]:
    for number, task in enumerate(tasks, 1):
        annotations = [entry for entry in task.get("annotations", []) if not entry.get("was_cancelled")]
        answers = {}
        for answer in annotations[-1]["result"] if annotations else []:
            if answer.get("type") == "choices":
                answers[answer["from_name"]] = answer["value"]["choices"][0]
        sample_id, label = task["data"]["sample_id"], answers.get(_LABEL, "")
        if label and label != given.get(sample_id):
            yield Claim(f"task {number}", sample_id, "relabel", label)
        elif answers.get(_VERDICT):
            yield Claim(f"task {number}", sample_id, answers[_VERDICT], "")
        elif label:
            yield Claim(f"task {number}", sample_id, "fine", "")
