"""Independent pieces of work on all cores, without importing torch again in each process."""

import gc
import importlib
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from faultloc.errors import TrainingError
from faultloc.subject.distributed import ALONE, Ranks

Result = TypeVar("Result")

_tasks: Sequence[Callable[[], object]] = ()


def run_in_parallel(tasks: Sequence[Callable[[], Result]], workers: int, ranks: Ranks = ALONE) -> list[Result]:
    """The results of ``tasks`` in their order, computed by ``workers`` forked processes; 1 runs them here.

    Give the longest tasks first. What a task reads it shares with this process, what it returns is copied back. Use one
    worker when this process already uses a GPU, whose state does not survive a fork. Several ``ranks`` share the tasks
    out instead, each works in its own process, and all have all results in the end.

    Raises:
        TrainingError: a process was killed, as Linux does when memory runs out.
    """
    if ranks.count > 1:
        # They are as many processes as were asked for, and the threads of their group do not survive a fork.
        done = ranks.gathered([task() for task in tasks[ranks.rank :: ranks.count]])
        return [done[number % ranks.count][number // ranks.count] for number in range(len(tasks))]
    if workers <= 1 or len(tasks) <= 1:
        return [task() for task in tasks]
    global _tasks
    _tasks = tasks
    # Every optimizer imports it when it is made: once here, not 150 MB and 1.5 s in each worker.
    importlib.import_module("torch._dynamo")
    # What the collector never looks at stays shared: its marks would copy every page that holds an object. A program
    # that has frozen its objects has seen to that, and wants them to stay so.
    freezes = gc.get_freeze_count() == 0
    if freezes:
        gc.collect()
        gc.freeze()

    context = multiprocessing.get_context("fork")
    # A forked child inherits the tasks, so that neither a model nor the data set is pickled on the way in.
    pool = ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context, initializer=_die_quietly_on_interrupt)
    try:
        with pool:
            return list(pool.map(_run_task, range(len(tasks))))  # type: ignore[arg-type]
    except BrokenProcessPool as error:
        raise TrainingError(
            "a worker process was killed, probably because memory ran out; use fewer workers (FAULTLOC_WORKERS=1)"
        ) from error
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        if freezes:
            gc.unfreeze()
        _tasks = ()


def _run_task(index: int) -> object:
    return _tasks[index]()


def _die_quietly_on_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
