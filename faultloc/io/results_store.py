"""The folder of results that `faultloc dfaulo` leaves: what was found, and all that a review needs to go on from it.

dataset/       the decoded samples as the model saw them, ids and labels
evidence/      what the scorer read
ranking.csv    the list, the most suspicious first
summary.json   how many faults, of which kinds
run.json       which data and model were examined, with which settings
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from faultloc.errors import DataError
from faultloc.io.evidence_store import load_evidence
from faultloc.io.stores.artifacts import load_json, save_json
from faultloc.io.stores.dataset_store import load_texts, load_train, load_vocabulary
from faultloc.io.stores.tables import load_table, save_table
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class Results:
    """What lies in ``folder``.

    ``dataset`` has its inputs memory-mapped; ``texts`` (as they were read) and ``vocabulary`` are empty unless the
    inputs are text. ``ranking`` has the columns of `ranking.csv`. ``run`` holds, where they are known: ``dataset`` (the
    folder or file examined), ``image_set``, ``model``, ``seed``, ``scorer`` (the settings of ``ScorerSettings``).
    """

    folder: Path
    dataset: LabeledDataset
    texts: Sequence[str]
    vocabulary: Sequence[str]
    ranking: pd.DataFrame
    evidence: DefaultEvidence
    summary: Mapping[str, object]
    run: Mapping[str, object]


def save_result_tables(
    folder: Path, ranking: pd.DataFrame, summary: Mapping[str, object], run: Mapping[str, object]
) -> None:
    """Writes the list, the summary and the record of the run."""
    save_table(folder / "ranking.csv", ranking)
    save_json(folder / "summary.json", summary)
    save_json(folder / "run.json", run)


def load_results(folder: Path) -> Results:
    """The results in ``folder``.

    Raises:
        DataError: it is not a folder of finished results.
    """
    if (folder / "run.json").exists() and load_json(folder / "run.json").get("scorer") == "paper":
        raise DataError(
            f"{folder} was made by --scorer paper, which leaves nothing for verdicts to work on; expected results of "
            "the default scorer: run `faultloc dfaulo` without it"
        )
    missing = [name for name in ("run.json", "ranking.csv", "dataset", "evidence") if not (folder / name).exists()]
    if missing:
        raise DataError(
            f"{folder} has no {missing[0]}; expected the folder that `faultloc dfaulo --output` has written to its end"
        )
    dataset = load_train(folder / "dataset")
    return Results(
        folder=folder,
        dataset=dataset,
        texts=load_texts(folder / "dataset"),
        vocabulary=load_vocabulary(folder / "dataset"),
        ranking=load_table(folder / "ranking.csv"),
        evidence=load_evidence(folder / "evidence", dataset),
        summary=load_json(folder / "summary.json"),
        run=load_json(folder / "run.json"),
    )
