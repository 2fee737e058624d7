"""A figure as the bytes of a file: the same figure gives the same bytes."""

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 160


def figure_bytes(figure: Figure) -> bytes:
    """The figure as a PNG file without the name and version of what wrote it."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()
