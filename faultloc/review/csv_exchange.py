"""The list with its verdicts as a CSV that a spreadsheet opens and gives back."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import written_whole
from faultloc.review.claims import Claim, checked_verdicts
from faultloc.subject.dataset import LabeledDataset
from faultloc.verdict import Verdict

COLUMNS = ("sample_id", "given_label", "suggested_label", "kind", "suspiciousness", "verdict", "new_label", "note")
# Of these the last may be absent.
_READ = ("sample_id", "verdict", "new_label")
# A spreadsheet takes what begins so for a formula; an apostrophe before it says that it is text. A cell that begins
# with an apostrophe gets one too, so that taking the first one away gives the cell back whatever it was.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def write_csv(path: Path, ranking: pd.DataFrame, verdicts: Mapping[str, Verdict], notes: Mapping[str, str]) -> int:
    """How many rows were written: all of ``ranking``, in its order; verdict and note are blank where there is none."""
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in ranking.itertuples(index=False):
            verdict = verdicts.get(str(entry.sample_id))
            writer.writerow(
                [
                    *(_guarded(str(value)) for value in (entry.sample_id, entry.given_label, entry.suggested_label)),
                    entry.kind,
                    f"{entry.suspiciousness:.6g}",
                    verdict.decision if verdict else "",
                    _guarded(verdict.label) if verdict else "",
                    _guarded(notes.get(str(entry.sample_id), "")),
                ]
            )
    return len(ranking)


def read_csv(path: Path, dataset: LabeledDataset) -> dict[str, Verdict]:
    """The verdicts in the CSV at ``path``, by sample id; rows with neither a verdict nor a new label are skipped.

    The columns ``sample_id`` and ``verdict`` are read, and ``new_label`` where there is one, in any order, separated by
    commas, semicolons or tabs.

    Raises:
        DataError: the file is no such table, or a verdict does not fit ``dataset``.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        separator = max(",;\t", key=head.count)
        file.seek(0)
        reader = csv.DictReader(file, delimiter=separator, strict=True)
        try:
            missing = [name for name in _READ[:2] if name not in (reader.fieldnames or ())]
            if missing:
                raise DataError(
                    f"{path} has no column {missing[0]}; expected a first line with sample_id, verdict and new_label"
                )
            twice = [name for name in _READ if (reader.fieldnames or ()).count(name) > 1]
            if twice:
                raise DataError(
                    f"{path} has the column {twice[0]} {(reader.fieldnames or ()).count(twice[0])} times; expected it "
                    "once: remove the others; nothing was imported"
                )
            return checked_verdicts(path, _claims(reader, set(dataset.sample_ids.tolist())), dataset)
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: {error}; expected a CSV: nothing was imported") from error


def _claims(reader: "csv.DictReader[str]", known: set[str]) -> Iterator[Claim]:
    for row in reader:
        decision, label = (row["verdict"] or "").strip().lower(), _bare(row.get("new_label") or "")
        if decision or label.strip():
            cell = row["sample_id"] or ""
            # By hand somebody may have written an id that begins with an apostrophe as it is.
            sample_id = _bare(cell) if _bare(cell) in known else cell
            yield Claim(f"line {reader.line_num}", sample_id, decision, label)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def _bare(cell: str) -> str:
    return cell.removeprefix("'")
