"""Colours and lines of all figures: a light and a dark set.

The hues are Okabe and Ito's, which people with any colour vision tell apart; on dark they are lighter. Every curve has
its own dashes too, so that none is known by its colour alone.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from matplotlib import style

Dashes = tuple[float | int, ...]


@dataclass(frozen=True)
class Theme:
    """Colours that a figure is drawn in.

    ``accent`` is that of what the figure is about, ``paper`` that of its background, transparent on the page.
    """

    name: Literal["light", "dark"]
    ink: str
    soft: str
    line: str
    fault: str
    accent: str
    paper: str = "none"


LIGHT = Theme("light", ink="#1c2024", soft="#5b646d", line="#dcdfe2", fault="#b3430b", accent="#0072b2")
DARK = Theme("dark", ink="#e6e9ec", soft="#9ba5ae", line="#353c43", fault="#f29b62", accent="#62b5ea")
PRINT = replace(LIGHT, paper="#ffffff")


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
