import gc
import os

import numpy as np
import pytest

from faultloc.io.stores.scratch import scratch_arrays


def test_no_file_shows_in_the_folder(tmp_path):
    array = scratch_arrays(tmp_path / "new")((1000,), np.float32)
    assert list((tmp_path / "new").iterdir()) == []
    array[:] = 3
    assert array.sum() == 3000


def test_arrays_lie_on_the_disk_of_the_folder_and_go_with_their_last_use(tmp_path):
    def mapped() -> int:
        with open("/proc/self/maps") as maps:  # noqa: PTH123
            return sum(str(tmp_path) in line for line in maps)

    array = scratch_arrays(tmp_path)((1000,), np.float32)
    part = array[10:20]
    del array
    assert mapped() == 1
    del part
    gc.collect()
    assert mapped() == 0


def test_a_disk_that_is_too_small_is_an_error_at_once(tmp_path):
    with pytest.raises(OSError):
        scratch_arrays(tmp_path)((2**40, 2**15), np.float64)


def test_its_space_is_taken_at_once(tmp_path, monkeypatch):
    taken, really_take = [], os.posix_fallocate

    def take(file: int, start: int, size: int) -> None:
        taken.append((start, size))
        really_take(file, start, size)

    monkeypatch.setattr(os, "posix_fallocate", take)
    scratch_arrays(tmp_path)((3, 5), np.float64)
    assert taken == [(0, 120)]
