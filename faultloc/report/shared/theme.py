"""Colours and lines of all figures: a light and a dark set, and one style per ranking.

The hues are Okabe and Ito's, which people with any colour vision tell apart; on dark they are lighter. Every curve has
its own dashes too, so that none is known by its colour alone.
"""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from matplotlib import style

Dashes = tuple[float | int, ...]


@dataclass(frozen=True)
class Theme:
    """Colours that a figure is drawn in; ``paper`` is its background, transparent on the page."""

    name: Literal["light", "dark"]
    ink: str
    soft: str
    line: str
    fault: str
    paper: str = "none"


LIGHT = Theme("light", ink="#1c2024", soft="#5b646d", line="#dcdfe2", fault="#b3430b")
DARK = Theme("dark", ink="#e6e9ec", soft="#9ba5ae", line="#353c43", fault="#f29b62")
PRINT = Theme("light", ink="#1c2024", soft="#5b646d", line="#dcdfe2", fault="#b3430b", paper="#ffffff")


@dataclass(frozen=True)
class CurveStyle:
    """How the curve of one ranking is drawn, in the figures and in the page's legend."""

    light: str
    dark: str
    dashes: Dashes = ()
    width: float = 1.6

    def colour(self, theme: Theme) -> str:
        """The curve's colour in ``theme``."""
        return self.dark if theme.name == "dark" else self.light


# From back to front; the legend lists them the other way round.
CURVE_STYLES = {
    "ideal": CurveStyle("#9aa3ab", "#76818b", (1.2, 1.6), 1.4),
    "random": CurveStyle("#9aa3ab", "#76818b", (5, 3), 1.2),
    "deep_gini": CurveStyle("#a9569a", "#dc93c9", (7, 2, 1.5, 2)),
    "cleanlab_find_label_issues": CurveStyle("#b58900", "#e8c547", (3, 1.5)),
    "loss": CurveStyle("#009e73", "#35c99c", (7, 2)),
    "dfaulo_offline": CurveStyle("#d55e00", "#ff8f45", (), 2.4),
    "dfaulo_online": CurveStyle("#0072b2", "#62b5ea", (), 2.4),
}


def curve_styles(names: Collection[str]) -> dict[str, CurveStyle]:
    """The styles by the names of the rankings; the loss of a regression goes by its own name."""
    if "squared_error" not in names:
        return CURVE_STYLES
    return {"squared_error" if name == "loss" else name: style for name, style in CURVE_STYLES.items()}


@contextmanager
def drawing(theme: Theme) -> Iterator[None]:
    """Inside, matplotlib draws in ``theme`` with its own fonts, so that every machine gets the same picture."""
    settings = {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "text.color": theme.ink,
        "text.parse_math": False,  # a class may be called "$5"
        "axes.edgecolor": theme.line,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.labelcolor": theme.soft,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": theme.ink,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.unicode_minus": False,
        "figure.constrained_layout.h_pad": 0.12,
        "figure.constrained_layout.w_pad": 0.12,
        "figure.facecolor": theme.paper,
        "grid.color": theme.line,
        "grid.linewidth": 0.8,
        "xtick.color": theme.line,
        "xtick.labelcolor": theme.soft,
        "ytick.color": theme.line,
        "ytick.labelcolor": theme.soft,
    }
    with warnings.catch_warnings(), style.context(["default", settings]):
        # A text in a script that the font lacks shows boxes in the PNG; the page shows it properly.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield
