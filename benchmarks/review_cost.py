"""How long the review page waits: starting, and re-ranking after so many verdicts.

    python -m benchmarks.review_cost [--samples 60000] [--classes 10] [--page]

Made-up evidence of so many samples, 5 % of them faulty; the truth gives the verdicts. Wall seconds of one call.

``--page`` opens the grid in Chromium (playwright) instead, on samples of 28 x 28 pixels: how long until the first
screen of pictures is there, how many frames a second are drawn while it is scrolled, and how long a jump takes.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.review_page_cost import measure_page
from faultloc.io.evidence_store import save_evidence
from faultloc.io.results_store import load_results, save_result_tables
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.own.dfaulo.ranking import rank_by_default
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.review.session import ReviewSession
from faultloc.review.verdict_store import VerdictStore
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits
from faultloc.verdict import Verdict

VERDICTS = (0, 100, 1000, 4000)


def write_results(folder: Path, samples: int, classes: int, edge: int = 2) -> np.ndarray:
    """Results on made-up samples of ``edge`` x ``edge`` pixels; which of them are faulty."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, classes, samples)
    is_fault = rng.random(samples) < 0.05
    labels = np.where(is_fault, (true + rng.integers(1, classes, samples)) % classes, true)

    def opinion(sureness: float) -> np.ndarray:
        logits = rng.normal(size=(samples, classes)) + sureness * np.eye(classes)[true]
        powers = np.exp(logits)
        return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)

    evidence = DefaultEvidence(
        labels=labels,
        seen=opinion(5),
        unseen=opinion(4),
        energy=rng.normal(size=samples).astype(np.float32),
        model_energy=rng.normal(size=samples).astype(np.float32),
        neighbours=opinion(4),
        alignment=rng.random((3, samples)).astype(np.float32),
        nearest=rng.integers(0, samples, (samples, 15)),
        nearest_distance=rng.random(samples).astype(np.float32) + 1,
    )
    ids = np.array([f"{number:07d}" for number in range(samples)])
    names = tuple(str(number) for number in range(classes))
    # A thousand different ones: a picture that is made again costs as much as a new one.
    pictures = rng.integers(0, 256, (1000, 1, edge, edge)).astype(np.uint8)
    dataset = LabeledDataset(pictures[np.arange(samples) % 1000], labels, ids, names)
    ranking, summary = rank_by_default(dataset, evidence, true, LocateSettings())
    save_dataset(folder / "dataset", DatasetSplits(dataset))
    save_evidence(folder / "evidence", evidence)
    save_result_tables(folder, ranking, summary, {})
    return is_fault


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.page:
            write_results(folder, options.samples, options.classes, edge=28)
            measure_page(folder, options.samples)
            return
        is_fault = write_results(folder, options.samples, options.classes)
        results = load_results(folder)
        started = time.perf_counter()
        store = VerdictStore(folder / "verdicts.sqlite")
        session = ReviewSession(results, store)
        print(f"{options.samples} samples: starting takes {time.perf_counter() - started:.2f} s")
        ids = results.ranking["sample_id"].to_numpy()
        given = 0
        for wanted in VERDICTS:
            fresh = ids[given:wanted]
            store.give_all([Verdict(name, "faulty" if is_fault[int(name)] else "fine") for name in fresh])
            given = wanted
            started = time.perf_counter()
            session.next_batch()
            ranked = time.perf_counter()
            session.progress()
            print(f"after {wanted} verdicts: the next batch {ranked - started:.2f} s, the progress "
                  f"{time.perf_counter() - ranked:.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
