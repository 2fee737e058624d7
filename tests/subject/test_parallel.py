import os

import pytest

from faultloc.errors import TrainingError
from faultloc.subject.parallel import run_in_parallel


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    assert run_in_parallel([lambda n=n: n * n for n in range(5)], workers) == [0, 1, 4, 9, 16]


def test_two_workers_are_other_processes():
    assert os.getpid() not in run_in_parallel([os.getpid, os.getpid], 2)


def test_an_error_in_a_worker_arrives_as_it_is():
    def fail() -> int:
        raise TrainingError("one sentence")

    with pytest.raises(TrainingError, match="^one sentence$"):
        run_in_parallel([fail, fail], 2)


def test_a_killed_worker_is_answered_with_a_sentence():
    with pytest.raises(TrainingError, match="a worker process was killed"):
        run_in_parallel([lambda: os._exit(9), lambda: os._exit(9)], 2)
