import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.subject.row_order import rows_of


def test_rows_are_found_by_id() -> None:
    available = np.array(["c", "a", "b"])
    rows = rows_of(np.array(["a", "c"]), available, "the table")
    assert available[rows].tolist() == ["a", "c"]


def test_numbers_as_text_are_not_compared_as_numbers() -> None:
    assert rows_of(np.array(["10", "9"]), np.array(["9", "10"]), "the table").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("available", "message"),
    [
        (["a", "b"], "no row for 1 of 2 samples, the first is z"),
        (["a", "a", "z"], "holds the sample id a twice"),
        ([], "is empty"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(available: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        rows_of(np.array(["a", "z"]), np.array(available, dtype=np.str_), "the table")
