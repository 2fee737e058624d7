"""Trainings in processes of their own that take turns, a few steps each, so that a busy machine slows all alike."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

import torch

Role = TypeVar("Role")
# Of a role, the steps of a training, which it makes one at a time.
Training = Callable[[Role], Iterator[None]]


@contextmanager
def workers_of(training: Training[Role], count: int) -> Iterator[list[Connection]]:
    """``count`` processes that wait for roles; they end with the block, whatever they are at."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_work, args=(training, theirs), daemon=True) for _, theirs in pipes]
    for process in processes:
        process.start()
    try:
        yield [ours for ours, _ in pipes]
    finally:
        for process in processes:
            process.terminate()
            process.join()


def seconds_in_turns(
    workers: Sequence[Connection], roles: Sequence[Role], steps: int, *, at_a_time: int, left_out: int
) -> list[float]:
    """The processor seconds that ``steps`` steps took in each of ``roles``, the first ``left_out`` not among them.

    ``roles``: as many as ``workers``, each of which takes one; in turn each takes ``at_a_time`` steps.
    """
    for worker, role in zip(workers, roles, strict=True):
        worker.send(role)
    _turn(workers, left_out)
    turns = [_turn(workers, at_a_time) for _ in range(steps // at_a_time)]
    for worker in workers:
        worker.send(0)
    return [sum(taken) for taken in zip(*turns, strict=True)]


def _turn(workers: Sequence[Connection], steps: int) -> list[float]:
    seconds = []
    for worker in workers:
        worker.send(steps)
        seconds.append(worker.recv())
    return seconds


def _work(training: Training[Role], pipe: Connection) -> None:
    torch.set_num_threads(1)
    while True:
        under_way = training(pipe.recv())
        while steps := pipe.recv():
            started = time.process_time()
            for _ in range(steps):
                next(under_way)
            pipe.send(time.process_time() - started)
        under_way.close()
