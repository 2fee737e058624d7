"""Which inputs of a pool would add most to what a test set covers, of a model at hand."""

from pathlib import Path

import pandas as pd

from faultloc.io.stores.tables import save_table
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.greedy import Additions, choose_additions
from faultloc.own.brought import Brought
from faultloc.own.idc.measuring import read_units
from faultloc.own.idc.options import CoverageOptions
from faultloc.report.shared.counted import counted
from faultloc.subject.dataset import LabeledDataset


def choose_of_pool(
    brought: Brought, options: CoverageOptions, criterion: ImportanceDrivenCoverage, pool: LabeledDataset
) -> Additions:
    """At most so many inputs of ``pool`` as the options say, each the one that adds most beside those before it.

    Raises:
        ModelError, TrainingError: the pool does not pass the model.
    """
    return choose_additions(criterion, list(read_units(brought, options, pool)), options.additions)


def save_additions(path: Path, additions: Additions, pool: LabeledDataset) -> None:
    """Writes a row an input, in the order of the choice."""
    chosen = additions.chosen
    table = pd.DataFrame(
        {
            "sample_id": [str(pool.sample_ids[addition.place]) for addition in chosen],
            "gain": [addition.gain for addition in chosen],
            "covered": [addition.covered for addition in chosen],
        }
    )
    save_table(path, table)


def describe_additions(additions: Additions, pool: str) -> str:
    """What is in the table of ``additions``, chosen of the set called ``pool``."""
    count = len(additions.chosen)
    if not count:
        return f"is empty: no image of {pool} would add to what the test set covers"
    order = ", in this order" if count > 1 else ""
    return f"the {counted(count, 'image')} of {pool} to add to the test set{order}"
