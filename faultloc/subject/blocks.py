"""The rows of a large array a block at a time, so that what is computed of them never takes its size again."""

from collections.abc import Iterator

# A block holds about so many numbers (8 MB in double precision), however wide its rows are.
_NUMBERS = 2**20
# A matrix as wide as the rows is sometimes factorised for each block: rows enough to outweigh that.
_ROWS_A_COLUMN = 32


def blocks_of_rows(rows: int, width: int) -> Iterator[slice]:
    """Slices that cover ``rows`` rows of ``width`` numbers, in order; a small array is one block."""
    size = max(_NUMBERS // max(width, 1), _ROWS_A_COLUMN * width)
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))
