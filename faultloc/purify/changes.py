"""What is changed in a data set, sample by sample, and the labels after it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.subject.dataset import Given, LabeledDataset
from faultloc.subject.row_order import rows_of

Action = Literal["remove", "relabel"]


@dataclass(frozen=True)
class Change:
    """One sample leaves the data set or gets another label; labels are names of classes.

    ``new_label`` is empty where the sample is removed; ``why`` says in words what speaks for the change.
    """

    sample_id: str
    action: Action
    given_label: str
    new_label: str
    why: str


@dataclass(frozen=True)
class CleanedLabels:
    """The rows of the data set that stay, ascending, and the labels (or targets) of *all* its rows after the change."""

    kept: Int[np.ndarray, "kept"]
    labels: Given


def changes_table(changes: Sequence[Change]) -> pd.DataFrame:
    """One row for each change, in order; the columns are the fields of ``Change``."""
    names = [field.name for field in fields(Change)]
    return pd.DataFrame({name: [getattr(change, name) for change in changes] for name in names}, columns=names)


def apply_changes(dataset: LabeledDataset, changes: Sequence[Change]) -> CleanedLabels:
    """The rows of ``dataset`` that stay and their labels; ``dataset`` itself is left as it is.

    Raises:
        DataError: a sample or a label is not of this data set, or nothing would be left of a class.
    """
    labels, stays = dataset.labels.copy(), np.ones(len(dataset), dtype=bool)
    index_of = {name: index for index, name in enumerate(dataset.class_names)}
    if changes:
        ids = np.array([change.sample_id for change in changes], dtype=np.str_)
        for change, row in zip(changes, rows_of(ids, dataset.sample_ids, "the data set"), strict=True):
            if change.action == "remove":
                stays[row] = False
            elif change.new_label in index_of:
                labels[row] = index_of[change.new_label]
            else:
                raise DataError(
                    f"{change.sample_id} is to be labelled {change.new_label!r}, which is no class of the data set; "
                    f"expected one of {', '.join(list(index_of)[:10])}"
                )
    _require_every_class(dataset, labels[stays])
    return CleanedLabels(np.flatnonzero(stays), labels if dataset.targets is None else dataset.targets.values)


def _require_every_class(dataset: LabeledDataset, labels: Int[np.ndarray, "kept"]) -> None:
    classes = len(dataset.class_names)
    before, after = np.bincount(dataset.labels, minlength=classes), np.bincount(labels, minlength=classes)
    emptied = np.flatnonzero((before > 0) & (after == 0))
    if len(emptied):
        others = f" and {len(emptied) - 1} other classes" if len(emptied) > 1 else ""
        raise DataError(
            f"nothing would be left of the class {dataset.class_names[emptied[0]]!r}{others}; expected a sample of "
            "every class: change fewer samples, or look at these yourself (faultloc review)"
        )
