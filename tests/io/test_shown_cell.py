"""Cells as sentences quote them."""

import pytest

from faultloc.io.datasets.shown_cell import shown_cell, shown_cells


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("", ""), ("a" * 40, "a" * 40), ("a" * 41, "a" * 37 + "..."), ("a" * 36 + " bcdef", "a" * 36 + "...")],
)
def test_a_long_cell_is_cut_and_a_short_one_is_not(cell, shown):
    assert shown_cell(cell) == shown


@pytest.mark.parametrize(("cells", "shown"), [([], ""), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b, ...")])
def test_of_many_cells_the_first_are_shown(cells, shown):
    assert shown_cells(iter(cells), 2) == shown
