import numpy as np
import pytest

from faultloc.subject import blocks
from faultloc.subject.blocks import blocks_of_rows


@pytest.mark.parametrize("width", [1, 10, 3000])
@pytest.mark.parametrize("rows", [0, 1, 99, 250_001])
def test_blocks_cover_every_row_once_in_order(rows, width):
    covered = [place for block in blocks_of_rows(rows, width) for place in range(block.start, block.stop)]
    assert covered == list(range(rows))


def test_a_block_of_narrow_rows_holds_so_many_numbers_and_one_of_wide_rows_many_rows(monkeypatch):
    monkeypatch.setattr(blocks, "_NUMBERS", 1000)
    monkeypatch.setattr(blocks, "_ROWS_A_COLUMN", 4)
    assert [block.stop - block.start for block in blocks_of_rows(450, 5)] == [200, 200, 50]
    assert np.max([block.stop - block.start for block in blocks_of_rows(1000, 100)]) == 400
