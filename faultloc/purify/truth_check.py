"""How many changes were right, where the truth is known: nothing here has a say in what is changed."""

from collections.abc import Sequence

import numpy as np

from faultloc.faults.planted import PlantedFault
from faultloc.purify.changes import Change
from faultloc.subject.row_order import rows_of


def share_right(changes: Sequence[Change], truth: PlantedFault, class_names: Sequence[str]) -> float | None:
    """The share of ``changes`` that were right, in [0, 1]; None where there is none of which that is known.

    To remove is right where the sample is faulty in whatever way. To relabel is right where its label was wrong and
    the new one is the true one: a foreign input has no right label. Of a truth that came with the data the right
    labels are not known, so that relabelled faults of it do not count.
    """
    ids = np.array([change.sample_id for change in changes], dtype=np.str_)
    rows = rows_of(ids, truth.sample_ids, "the ground truth")
    answers = [_is_right(change, truth, int(row), class_names) for change, row in zip(changes, rows, strict=True)]
    known = [answer for answer in answers if answer is not None]
    return sum(known) / len(known) if known else None


def _is_right(change: Change, truth: PlantedFault, row: int, class_names: Sequence[str]) -> bool | None:
    is_fault, true_label = bool(truth.is_fault[row]), class_names[truth.true_labels[row]]
    if change.action == "remove" or not is_fault:
        return is_fault
    if truth.fault_kinds[row] == "given":
        return None
    return change.given_label != true_label == change.new_label
