"""Cells and names of columns as a sentence quotes them: a cell may be a whole article."""

from collections.abc import Iterable
from itertools import islice

LONGEST = 40
# The name of a file says most at its end, and is looked for by all of it.
LONGEST_PATH = 200
_CELLS_SHOWN = 10


def shown_cell(cell: str, longest: int = LONGEST) -> str:
    """``cell``, or its beginning and an ellipsis where it has more than ``longest`` characters, which is 3 or more."""
    return cell if len(cell) <= longest else f"{cell[: longest - 3].rstrip()}..."


def shown_cells(cells: Iterable[str], most: int = _CELLS_SHOWN) -> str:
    """The first ``most`` of ``cells``, each as ``shown_cell`` gives it, with commas between them, and whether there are
    more."""
    first = list(islice(cells, most + 1))
    return ", ".join([*map(shown_cell, first[:most]), *(["..."] if len(first) > most else [])])
