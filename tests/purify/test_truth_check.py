import numpy as np
import pytest

from faultloc.faults.planted import PlantedFault
from faultloc.purify.changes import Change
from faultloc.purify.truth_check import share_right

TRUTH = PlantedFault(
    "mixed",
    np.array(["label", "foreign", "sound", "given"]),
    np.array(["random_label", "random_data", "", "given"]),
    np.array([1, 0, 0, 0]),
)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (Change("label", "remove", "cat", "", ""), 1),
        (Change("foreign", "remove", "cat", "", ""), 1),
        (Change("sound", "remove", "cat", "", ""), 0),
        (Change("label", "relabel", "cat", "dog", ""), 1),
        (Change("label", "relabel", "cat", "owl", ""), 0),
        (Change("foreign", "relabel", "cat", "dog", ""), 0),
        (Change("sound", "relabel", "cat", "dog", ""), 0),
        (Change("given", "remove", "cat", "", ""), 1),
        (Change("given", "relabel", "cat", "dog", ""), None),
    ],
)
def test_what_is_right(change, right):
    assert share_right([change], TRUTH, ("cat", "dog", "owl")) == right


def test_the_share_is_one_of_the_changes_whose_right_answer_is_known():
    changes = [
        Change("label", "remove", "cat", "", ""),
        Change("sound", "remove", "cat", "", ""),
        Change("given", "relabel", "cat", "dog", ""),
    ]
    assert share_right(changes, TRUTH, ("cat", "dog", "owl")) == 0.5
    assert share_right([], TRUTH, ("cat", "dog", "owl")) is None
