"""What is said of the table of inputs to add."""

import pytest

from faultloc.methods.idc.greedy import Addition, Additions
from faultloc.own.idc.additions import describe_additions


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "is empty: no image of spare would add to what the test set covers"),
        (1, "the 1 image of spare to add to the test set"),
        (2, "the 2 images of spare to add to the test set, in this order"),
    ],
)
def test_the_table_is_said_to_hold_what_it_holds(count, said):
    chosen = tuple(Addition(place, 1, 5 + place) for place in range(count))
    assert describe_additions(Additions("idc", chosen, 4, 9, is_exhausted=True), "spare") == said
