from dataclasses import dataclass

from faultloc.methods.idc.questions.estimates import Estimate
from faultloc.methods.idc.questions.tables import as_table, as_text


@dataclass(frozen=True)
class Row:
    name: str
    drop: Estimate
    by_layer: dict[str, int]
    covered: tuple[int, ...]
    relative: float | None


ROWS = [
    Row("one", Estimate(0.5, 0.25, 0.75, 3), {"conv1": 2, "fc1": 1}, (3, 4), None),
    Row("two", Estimate(-0.00001, -1.0, 1.0, 3), {}, (), 0.125),
]


def test_what_holds_several_numbers_has_a_column_for_each():
    table = as_table(ROWS)
    assert list(table) == [
        "name", "drop_mean", "drop_low", "drop_high", "drop_repetitions", "by_layer", "covered", "relative"
    ]  # fmt: skip
    assert table["by_layer"].tolist() == ["conv1:2 fc1:1", ""] and table["covered"].tolist() == ["3 4", ""]
    assert table["drop_low"].tolist() == [0.25, -1]


def test_text_has_headings_percentages_and_a_dash_for_what_is_not_known():
    columns = {"name": "who", "drop_mean": "drop, points", "relative": "relative"}
    head, one, two = as_text(as_table(ROWS), columns, percent=["drop_mean"]).splitlines()
    assert head.split() == ["who", "drop,", "points", "relative"]
    assert one.split() == ["one", "50.00", "-"] and two.split() == ["two", "0.00", "0.12"]
