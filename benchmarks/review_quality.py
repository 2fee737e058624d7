"""How many faults a review finds by verdict: the page's re-ranking, the pipeline's loop and the list as it stands.

    python -m benchmarks.review_quality --root data/raw [--data mnist fashion_mnist] [--seeds 0 1 2]

The subjects are those of `benchmarks.quality` (10,000 samples, 5 % faults, a normal model), the planted truth gives the
verdicts. The page re-ranks after each batch of 12, the pipeline's loop after each 100. Found is the number of faults
among the first 500 verdicts, and the mean of that number over the verdicts on the way.
"""

import argparse
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.quality import cases as known
from benchmarks.quality.data import faulty_dataset
from benchmarks.quality.measures import evidence_of
from benchmarks.quality.steps import Workplace
from faultloc.io.evidence_store import save_evidence
from faultloc.io.results_store import Results, load_results, save_result_tables
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import review_in_rounds
from faultloc.own.dfaulo.ranking import rank_by_default
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.review.session import ReviewSession
from faultloc.review.verdict_store import VerdictStore
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator
from faultloc.subject.splits import DatasetSplits
from faultloc.verdict import Verdict

VERDICTS, ROUND, BATCH = 500, 100, 12


def results_of(case: known.Case, workplace: Workplace, root: Path, folder: Path) -> tuple[Results, np.ndarray]:
    """A folder of results on ``case`` with a normal model, and which samples are faulty."""
    arrays = workplace.evidence(case, "normal")
    evidence = evidence_of(arrays)
    planted = faulty_dataset(case, root)[0].dataset
    ids = np.array([f"{number:05d}" for number in range(len(planted))])
    dataset = LabeledDataset(np.asarray(planted.inputs), planted.labels, ids, planted.class_names)
    ranking, summary = rank_by_default(dataset, evidence, evidence.seen.argmax(axis=1), LocateSettings())
    save_dataset(folder / "dataset", DatasetSplits(dataset))
    save_evidence(folder / "evidence", evidence)
    save_result_tables(folder, ranking, summary, {})
    return load_results(folder), arrays["kinds"] != ""


def found_on_the_page(results: Results, is_fault: np.ndarray) -> np.ndarray:
    """Whether each of the verdicts found a fault, in the order in which the page asks for them."""
    session = ReviewSession(results, VerdictStore(results.folder / "verdicts.sqlite"), batch_size=BATCH)
    found: list[bool] = []
    while len(found) < VERDICTS:
        for row in session.next_batch():
            session.give(Verdict(str(results.dataset.sample_ids[row]), "faulty" if is_fault[row] else "fine"))
            found.append(bool(is_fault[row]))
    return np.array(found[:VERDICTS])


def found_in_the_pipeline(results: Results, is_fault: np.ndarray) -> np.ndarray:
    """The same by the pipeline's loop."""
    score = score_default(results.evidence, ScorerSettings())
    presumed = numpy_generator(0, "dfaulo", "presumed sound")
    ranker = VerdictRanker(results.evidence, score, VerdictSettings(), presumed)
    reviewed = review_in_rounds(
        ranker.refine(np.array([], np.int64), np.array([], bool)),
        lambda judged: is_fault[judged],
        ranker.refine,
        rounds=VERDICTS // ROUND,
        per_round=ROUND,
        generator=numpy_generator(0, "dfaulo", "online ties"),
    )
    return is_fault[reviewed.order[:VERDICTS]]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("benchmarks/.cache/quality"))
    parser.add_argument("--data", nargs="*", default=("mnist", "fashion_mnist"), choices=known.DATA)
    parser.add_argument("--seeds", nargs="*", type=int, default=known.SEEDS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    workplace, rows = Workplace(options.root, options.cache), []
    for case in known.main_cases(tuple(options.data), tuple(options.seeds)):
        with tempfile.TemporaryDirectory() as folder:
            results, is_fault = results_of(case, workplace, options.root, Path(folder))
            listed = np.isin(results.ranking["sample_id"].to_numpy()[:VERDICTS], results.dataset.sample_ids[is_fault])
            for name, found in (
                ("page", found_on_the_page(results, is_fault)),
                ("pipeline", found_in_the_pipeline(results, is_fault)),
                ("list", listed),
            ):
                on_the_way = float(np.cumsum(found).mean())
                rows.append({"data": case.data, "fault": case.fault, "seed": case.seed, "ranking": name,
                             "found": int(found.sum()), "on the way": on_the_way})  # fmt: skip
        print(case.name, *(f"{row['ranking']} {row['found']}" for row in rows[-3:]), flush=True)
    table = pd.DataFrame(rows).pivot_table(index=["data", "fault"], columns="ranking", values=["found", "on the way"])
    print(table.round(1).to_string())


if __name__ == "__main__":
    main()
