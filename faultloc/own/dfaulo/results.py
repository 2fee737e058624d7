"""The folder of results: everything that was found, for people, for programs and for the review."""

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import torch

from faultloc.fault_estimate import FaultEstimate
from faultloc.io.evidence_store import save_evidence
from faultloc.io.ranked_data import PARTS
from faultloc.io.results_store import save_result_tables
from faultloc.io.stores.artifacts import written_whole
from faultloc.io.stores.contents_store import forget_contents
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.io.stores.subject_store import save_weights
from faultloc.own.dfaulo.ranked_samples import RankedSamples
from faultloc.report.dfaulo.content import ReportContent, Training
from faultloc.report.dfaulo.located import write_located
from faultloc.report.dfaulo.page import render_page
from faultloc.report.dfaulo.suspects import Suspect
from faultloc.subject.splits import DatasetSplits

COMMAND = "dfaulo"
# All that lies in its folder, which is nobody else's.
WRITTEN = (
    *PARTS,
    "classes.json",
    "ranking.*",
    "summary.json",
    "run.json",
    "report.html",
)

# Of the samples, the share whose pictures are written one by one, and the number on the page.
TOP_RATIO = 0.01
_ON_PAGE = 60


def save_found(
    folder: Path,
    found: RankedSamples,
    *,
    top_ratio: float = TOP_RATIO,
    run: Mapping[str, object] | None = None,
    about: Mapping[str, str] | None = None,
    accuracies: tuple[float | None, float | None] = (None, None),
    is_stored: bool = False,
) -> Path:
    """Writes everything into ``folder`` and gives it back.

    The pictures of the first ``top_ratio`` of the list go to `located/`. ``run`` is what `run.json` says, ``about``
    what the page says of data and model, ``accuracies`` those of the model on the training set, as it is labelled, and
    on a test set. With ``is_stored`` samples and evidence lie there already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not is_stored:
        for part in ("dataset", "evidence"):  # what lay there may be another data set's
            (folder / part / "digest.json").unlink(missing_ok=True)
        forget_contents(folder / "dataset")
        save_dataset(
            folder / "dataset", DatasetSplits(found.dataset, None, tuple(found.vocabulary), tuple(found.texts))
        )
    if found.evidence is not None and not is_stored:
        save_evidence(folder / "evidence", found.evidence)
    for number, weights in enumerate(found.mutants):
        tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
        save_weights(folder / f"mutants/mutant_{number + 1}.safetensors", tensors)
    with written_whole(folder / "ranking.parquet") as temporary:
        found.ranking.to_parquet(temporary, index=False)
    save_result_tables(folder, found.ranking, found.summary, {**(run or {}), "command": COMMAND})
    top = max(1, math.ceil(round(top_ratio * len(found), 6)))
    suspects = found.suspects(max(top, _ON_PAGE))
    write_located(folder / "located", suspects[:top])
    with written_whole(folder / "report.html") as temporary:
        page = render_page(_content(folder, found, suspects[:_ON_PAGE], accuracies, about or {}))
        temporary.write_text(page, encoding="utf-8")
    return folder


def _content(
    folder: Path,
    found: RankedSamples,
    suspects: list[Suspect],
    accuracies: tuple[float | None, float | None],
    about: Mapping[str, str],
) -> ReportContent:
    return ReportContent(
        sample_count=len(found),
        class_names=found.dataset.class_names,
        suspects=suspects,
        faults=None,
        reviewed=0,
        metrics={},
        curves=pd.DataFrame(),
        training=Training(*accuracies, pd.DataFrame()),
        estimate=FaultEstimate.from_summary(found.summary),
        about=about,
        results_folder=str(folder),
    )
