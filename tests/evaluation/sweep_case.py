"""A small sweep, made by hand: what each test changes is in sight."""

from collections.abc import Mapping, Sequence

import pandas as pd

RAUC = {"dfaulo_online": 0.99, "dfaulo_offline": 0.98, "loss": 0.9, "random": 0.5}


def sweep_table(
    seeds: Sequence[int] = range(5),
    faults: Sequence[str] = ("random_label", "random_data"),
    ratios: Sequence[str] = ("0.05",),
    rauc: Mapping[str, float] = RAUC,
) -> pd.DataFrame:
    """As text, as it is read from a file; a seed adds 0.001, and a ratio its tenth, to every RAUC."""
    rows = []
    jobs = [(fault, ratio, seed) for fault in faults for ratio in ratios for seed in seeds]
    for job, (fault, ratio, seed) in enumerate(jobs):
        for ranking, base in rauc.items():
            value = base + 0.001 * seed + 0.1 * float(ratio or 0)
            settings = {"job": job, "dataset": "digits", "model": "lenet1", "fault": fault, "seed": seed}
            figures = {"ranking": ranking, "rauc": round(value, 6), "exam_average": round(1 - value, 6)}
            rows.append({**settings, "mutation.ratio": ratio, **figures})
    return pd.DataFrame(rows).astype(str)
