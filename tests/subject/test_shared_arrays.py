import numpy as np
import pytest

from faultloc.io.stores.scratch import scratch_arrays
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.shared_arrays import allocate_in_memory


@pytest.fixture(params=["in memory", "on disk"])
def allocate(request, tmp_path):
    return allocate_in_memory if request.param == "in memory" else scratch_arrays(tmp_path)


@pytest.mark.parametrize("kind", [np.float32, np.int64, np.bool_])
def test_an_array_is_zeros_of_the_shape_and_type(allocate, kind):
    array = allocate((3, 4), kind)
    assert (array.shape, array.dtype) == ((3, 4), np.dtype(kind))
    assert not array.any()
    array[1, 2] = 1
    assert array.sum() == 1


def test_what_other_processes_write_is_seen_here(allocate):
    array = allocate((2,), np.int64)

    def write(place: int) -> None:
        array[place] = place + 5

    run_in_parallel([lambda: write(0), lambda: write(1)], 2)
    np.testing.assert_array_equal(array, [5, 6])


def test_an_array_of_nothing_is_no_error(allocate):
    assert allocate((0, 7), np.float32).shape == (0, 7)
