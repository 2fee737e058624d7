"""Tables as papers print them: Markdown, and LaTeX with booktabs."""

from collections.abc import Sequence
from dataclasses import dataclass

from faultloc.report.shared.comparison import Cell

# More columns than fit a page at its font size are shrunk to its width.
_WIDE = 7
_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    **{"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"},
    **{"±": "$\\pm$", "\u00a0": "~", "−": "$-$", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}"},
}


@dataclass(frozen=True)
class PrintedRow:
    """A heading and its cells; the best are shown bold."""

    heading: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class PrintedTable:
    """``corner`` heads the column of headings; ``summary`` are the rows below the last rule."""

    caption: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[PrintedRow]
    summary: Sequence[PrintedRow] = ()


def as_markdown(table: PrintedTable) -> str:
    """The caption and a table; the summary's headings are in italics."""
    lines = [
        f"{_markdown(table.caption)}:",
        "",
        _markdown_line([_markdown(heading) for heading in (table.corner, *table.columns)]),
        _markdown_line(["---", *["--:"] * len(table.columns)]),
    ]
    for rows, mark in ((table.rows, ""), (table.summary, "*")):
        for row in rows:
            cells = [f"**{_markdown(cell.text)}**" if cell.is_best else _markdown(cell.text) for cell in row.cells]
            lines.append(_markdown_line([f"{mark}{_markdown(row.heading)}{mark}", *cells]))
    return "\n".join(lines) + "\n"


def as_latex(table: PrintedTable, label: str) -> str:
    """A `table` environment for the packages booktabs and, where it is wide, graphicx."""
    is_wide = len(table.columns) > _WIDE
    body = [
        f"\\begin{{tabular}}{{l{'r' * len(table.columns)}}}",
        "\\toprule",
        _latex_line([_latex(heading) for heading in (table.corner, *table.columns)]),
        "\\midrule",
        *(_latex_row(row) for row in table.rows),
        *(["\\midrule"] if table.rows and table.summary else []),
        *(_latex_row(row) for row in table.summary),
        "\\bottomrule",
        "\\end{tabular}",
    ]
    if is_wide:
        body = ["\\resizebox{\\textwidth}{!}{%", *body, "}"]
    environment = "table*" if is_wide else "table"
    lines = [
        f"\\begin{{{environment}}}",
        "\\centering",
        f"\\caption{{{_latex(table.caption)}}}",
        f"\\label{{tab:{label}}}",
        *body,
        f"\\end{{{environment}}}",
    ]
    return "\n".join(lines) + "\n"


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown(text: str) -> str:
    for sign in "\\|*_`<":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def _latex_row(row: PrintedRow) -> str:
    cells = [f"\\textbf{{{_latex(cell.text)}}}" if cell.is_best else _latex(cell.text) for cell in row.cells]
    return _latex_line([_latex(row.heading), *cells])


def _latex_line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + " \\\\"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text).replace("\n", " ")
