import math

import pytest

from faultloc.report.questions.spread import Spread, metric_cells, spell_spread
from faultloc.report.shared.comparison import Cell
from faultloc.report.shared.printed_table import PrintedRow, PrintedTable, as_latex, as_markdown


def small_table(columns: int = 2) -> PrintedTable:
    cells = [Cell(f"{place}", place == 1) for place in range(columns)]
    return PrintedTable(
        caption="5 % of a_b",
        corner="case",
        columns=[f"c_{place}" for place in range(columns)],
        rows=[PrintedRow("x|y", cells)],
        summary=[PrintedRow("mean", [Cell("1 ± 2", False)] * columns)],
    )


def test_markdown_has_the_best_bold_and_escapes_what_has_a_meaning() -> None:
    assert as_markdown(small_table()).splitlines() == [
        "5 % of a\\_b:",
        "",
        "| case | c\\_0 | c\\_1 |",
        "| --- | --: | --: |",
        "| x\\|y | 0 | **1** |",
        "| *mean* | 1 ± 2 | 1 ± 2 |",
    ]


def test_latex_has_the_rules_of_booktabs_and_escapes_what_has_a_meaning() -> None:
    assert as_latex(small_table(), "small").splitlines() == [
        "\\begin{table}",
        "\\centering",
        "\\caption{5 \\% of a\\_b}",
        "\\label{tab:small}",
        "\\begin{tabular}{lrr}",
        "\\toprule",
        "case & c\\_0 & c\\_1 \\\\",
        "\\midrule",
        "x\\textbar{}y & 0 & \\textbf{1} \\\\",
        "\\midrule",
        "mean & 1 $\\pm$ 2 & 1 $\\pm$ 2 \\\\",
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
    ]


def test_a_wide_table_is_shrunk_to_the_page() -> None:
    wide = as_latex(small_table(columns=12), "wide")
    assert "\\resizebox{\\textwidth}{!}{%" in wide
    assert wide.count("{") == wide.count("}")
    assert wide.startswith("\\begin{table*}") and wide.endswith("\\end{table*}\n")


@pytest.mark.parametrize(
    ("value", "is_share", "text"),
    [
        (Spread(0.97123, 0.004), False, "0.9712 ± 0.0040"),
        (Spread(0.97123, 0.004), True, "97.1 ± 0.4"),
        (Spread(0.5), True, "50.0"),
        (Spread(math.nan), False, "–"),
    ],
)
def test_a_mean_is_spelt_with_its_spread(value: Spread, is_share: bool, text: str) -> None:
    assert spell_spread(value, is_share=is_share) == text


def test_the_best_are_all_that_look_best() -> None:
    cells = metric_cells([Spread(0.90001), Spread(0.9), Spread(0.8), Spread(math.nan)], "rauc")
    assert [cell.is_best for cell in cells] == [True, True, False, False]


def test_where_less_is_better_the_least_is_best() -> None:
    assert [cell.is_best for cell in metric_cells([Spread(0.1), Spread(0.2)], "exam_average")] == [True, False]


def test_a_row_in_which_all_look_alike_has_no_best() -> None:
    assert not any(cell.is_best for cell in metric_cells([Spread(0.9), Spread(0.9)], "rauc"))
