"""The files of the report."""

from pathlib import Path

from faultloc.io.stores.artifacts import written_whole
from faultloc.report.dfaulo.content import ReportContent
from faultloc.report.dfaulo.gallery_figure import gallery_figure
from faultloc.report.dfaulo.headline import shown_rankings
from faultloc.report.dfaulo.page import render_page
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.figures import discovery_figure, training_figure
from faultloc.report.shared.text_table import text_table


def write_report(folder: Path, content: ReportContent) -> None:
    """Writes the page, its figures as PNG and the table as text; the same content gives the same bytes."""
    files = {
        "index.html": render_page(content).encode(),
        "gallery.png": gallery_figure(content.suspects),
        "curves.png": discovery_figure(content.curves, shown_rankings(content)),
        "training.png": training_figure(content.training.curve),
        "table.txt": _terminal_text(content).encode(),
    }
    for name, written in files.items():
        with written_whole(folder / name) as temporary:
            temporary.write_bytes(written)


def _terminal_text(content: ReportContent) -> str:
    table, estimate = text_table(content.metrics, RANKINGS), content.estimate
    return table if estimate is None else f"{table.rstrip()}\n\n{estimate.count_words(content.sample_count)}\n"
