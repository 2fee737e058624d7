"""How far clusters agree with what is known, as tables."""

from pathlib import Path

import pandas as pd

from faultloc.evaluation.clusters import ClusterAgreement
from faultloc.evaluation.parameter_study import ParameterStudy
from faultloc.io.stores.tables import save_table

STUDY_FILES = ("variance_reduction.csv", "unsafe_values.csv")


def save_agreement(folder: Path, agreement: ClusterAgreement) -> None:
    """Writes `clusters.csv`, each cluster's majority cause, and `causes.csv`, each planted cause's recall."""
    numbers = sorted(agreement.majority)
    clusters = pd.DataFrame(
        {
            "cluster": [number + 1 for number in numbers],
            "majority_cause": [agreement.majority[number] for number in numbers],
            "explained": [agreement.explained[number] for number in numbers],
        }
    )
    save_table(folder / "clusters.csv", clusters)
    causes = pd.DataFrame({"cause": list(agreement.recall), "recall": list(agreement.recall.values())})
    save_table(folder / "causes.csv", causes)


def save_study(folder: Path, study: ParameterStudy) -> None:
    """Writes `variance_reduction.csv`, a row a cluster, a column a parameter, after the one that is reduced most, and
    `unsafe_values.csv`, a row for each cluster that is alike in a parameter with unsafe values."""
    table = study.largest.rename(columns={"parameter": "most_reduced", "reduction": "largest"}).join(
        study.reductions, how="right"
    )
    reductions, unsafe = STUDY_FILES
    save_table(folder / reductions, table.rename_axis("cluster").reset_index())
    save_table(folder / unsafe, study.unsafe)
