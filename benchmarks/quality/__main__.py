"""The quality of the default scorer beside its peers, on the same arrays.

    python -m benchmarks.quality --root data/raw [--set main|clean|variants|likely|quick] [--output quality.csv]

Every step of every case is cached, so that a run that was stopped carries on. `main` are all data sets, kinds of fault,
trainings and seeds; it takes hours the first time. `quick` takes minutes.
"""

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.quality import cases as known
from benchmarks.quality.measures import measure, worth
from benchmarks.quality.steps import Workplace
from benchmarks.quality.tables import print_tables

# cleanlab's cross-validation trains five more models a column: with the first seed only.
CROSS_VALIDATED_SEEDS = (0,)


def rows_of(case: known.Case, root: Path, cache: Path, cross_validate: bool, recorded: bool) -> list[dict[str, object]]:
    """One row of figures for each training of ``case`` and each ranking."""
    workplace, rows = Workplace(root, cache), []
    for training in case.trainings:
        arrays = workplace.evidence(case, training)
        if recorded:
            # The benchmark keeps AUM as a suspiciousness.
            arrays["margins"] = -workplace.subject(case)[f"{training}/aum"]
        about = {
            "case": case.name,
            "data": case.data,
            "fault": case.fault,
            "seed": case.seed,
            "variant": case.variant,
            "training": training,
            "epochs": int(workplace.subject(case)[f"{training}/epochs"]),
        }
        rows.append({**about, "ranking": "default", **measure(arrays)})
        is_fault = arrays["kinds"] != ""
        if not is_fault.any():
            continue
        peers = dict(workplace.peers(case, training))
        if cross_validate and case.seed in CROSS_VALIDATED_SEEDS and not case.variant:
            peers |= workplace.cross_validation(case)
        for name, suspiciousness in peers.items():
            figures = zip(("RAUC", "PoBL@5%", "PoBL@10%"), worth(suspiciousness, is_fault), strict=True)
            rows.append({**about, "ranking": name, **dict(figures)})
    return rows


def _start() -> None:
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)


def main() -> None:
    """Runs the cases and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder of mnist/, fashion-mnist/, usps/, ...")
    parser.add_argument("--cache", type=Path, default=Path("benchmarks/.cache/quality"))
    parser.add_argument("--data", nargs="*", default=known.DATA, choices=known.DATA)
    parser.add_argument("--seeds", nargs="*", type=int, default=known.SEEDS, help="of main; other sets have one")
    parser.add_argument("--set", default="main", choices=["main", "clean", "variants", "likely", "quick"])
    parser.add_argument(
        "--cross-validation", action="store_true", help="cleanlab with 5-fold probabilities, first seed"
    )
    parser.add_argument("--normal", action="store_true", help="leave out the models that have memorised their labels")
    parser.add_argument("--recorded", action="store_true", help="the scorer may read the record of the training")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, help="a CSV file for all figures")
    options = parser.parse_args()
    data = tuple(options.data)
    chosen = {
        "main": known.main_cases(data, tuple(options.seeds)),
        "clean": known.clean_cases(data),
        "variants": [case for case in known.variant_cases() if case.data in data or data == known.DATA],
        "likely": known.likely_cases(data, tuple(options.seeds)),
        "quick": [case for case in known.quick_cases() if case.data in data],
    }[options.set]
    chosen = [replace(case, memorise=False) for case in chosen] if options.normal else chosen
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(options.workers, initializer=_start) as pool:
        waiting = {
            pool.submit(rows_of, case, options.root, options.cache, options.cross_validation, options.recorded): case
            for case in chosen
        }
        for done in as_completed(waiting):
            rows += done.result()
            print(f"{waiting[done].name} done, {len(chosen) - len({row['case'] for row in rows})} to go", flush=True)
    table = pd.DataFrame(rows)
    if options.output:
        table.to_csv(options.output, index=False, float_format="%.5f")
    print_tables(table)


if __name__ == "__main__":
    main()
