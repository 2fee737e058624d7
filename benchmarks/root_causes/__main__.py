"""How pure the clusters of errors are, and whether each planted cause has one of its own, over several seeds.

    python -m benchmarks.root_causes [--set test] [--kept FOLDER] [--only default heatmaps]

Every row is one grouping of one seed. `permuted` is the default's clusters with their members drawn by chance. The
settings were chosen on seeds of the set `tuning`; those of the set `test` were fixed before, and no setting has
changed since they were first run. A seed whose network knows less than .95 of the images without a cause is rejected.
"""

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.root_causes.groupings import GROUPINGS
from benchmarks.root_causes.subjects import LEAST_CLEAN_ACCURACY, load_case
from faultloc.evaluation.clusters import judge_clusters, judge_permuted, rarest_cause

SEEDS = {"tuning": (100, 101, 102), "test": (1000, 1001, 1002, 1003, 1004)}
_SEMANTIC = ("swapped_mark", "missing_mark", "other_font")


def main() -> None:
    """Prints a row a seed and grouping, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SEEDS, default="test")
    parser.add_argument("--kept", type=Path, default=Path("data/benchmarks/root_causes"), help="Weights are kept here.")
    parser.add_argument("--only", nargs="+", choices=GROUPINGS, default=list(GROUPINGS))
    arguments = parser.parse_args()
    rows = []
    for seed in SEEDS[arguments.set]:
        case = load_case(seed, arguments.kept)
        if case.clean_accuracy < LEAST_CLEAN_ACCURACY:
            print(f"seed {seed}: rejected, accuracy without a cause {case.clean_accuracy:.3f}")
            continue
        print(f"seed {seed}: accuracy without a cause {case.clean_accuracy:.3f}, {len(case.errors)} errors", flush=True)
        for name in arguments.only:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cluster = GROUPINGS[name](case)
            found = judge_clusters(cluster, case.causes)
            semantic = [found.recall[cause] for cause in _SEMANTIC if cause in found.recall]
            is_rare_found = rarest_cause(case.causes) in found.found
            row = {"seed": seed, "grouping": name, **found.numbers(), "rare": is_rare_found}
            rows.append(row | {"semantic_recall": float(np.mean(semantic))})
            print(
                pd.DataFrame(rows[-1:]).to_string(header=len(rows) == 1, index=False, float_format="%.3f"), flush=True
            )
            if name == "default":
                chance = judge_permuted(cluster, case.causes, 20, np.random.default_rng(seed))
                rows.append({"seed": seed, "grouping": "permuted", **chance})
    table = pd.DataFrame(rows)
    if table.empty:
        sys.exit("no seed was accepted")
    shown = table.drop(columns="seed").groupby("grouping", sort=False)
    medians = shown.median(numeric_only=True).drop(columns="rare", errors="ignore")
    print(medians.join(shown["rare"].mean().rename("rare_found_in")).round(3).to_string())


if __name__ == "__main__":
    main()
