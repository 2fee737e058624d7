"""RQ5: what a criterion costs."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from faultloc.methods.idc.criteria import Criterion
from faultloc.methods.idc.questions.suites import Suite
from faultloc.probes.predictions import predict_logits


@dataclass(frozen=True)
class Overhead:
    """Seconds of this machine for one criterion, the passes through the network among them.

    ``build_seconds`` are for ``built`` training samples, 0 where it needs none; ``run_seconds`` for ``samples`` test
    samples in batches and the result, ``alone_seconds`` for the same samples one by one, where nothing is gained by
    working on vectors of samples.
    """

    criterion: str
    built: int
    build_seconds: float
    samples: int
    run_seconds: float
    alone_seconds: float
    samples_per_second: float
    alone_per_second: float


def measure_overhead(make: Callable[[], Criterion], train: Suite, test: Suite, *, batch_size: int) -> Overhead:
    """The cost of a new criterion on these samples.

    It is built in batches, since NLC cannot be built of single samples: one alone has no covariance.
    """
    criterion = make()
    started = time.perf_counter()
    criterion.build(train.batches(batch_size))
    build_seconds = time.perf_counter() - started

    def run(size: int) -> None:
        shard = criterion.fresh()
        for batch in test.batches(size):
            shard.update(batch)
        shard.compute()

    learnt_of = len(train) if criterion.needs_build else 0
    return _overhead(criterion.name, learnt_of, build_seconds, len(test), _seconds(run, batch_size), _seconds(run, 1))


def measure_forward(network: nn.Module, test: Suite, *, batch_size: int) -> Overhead:
    """The cost of the bare passes, to compare with; the criterion is called `forward`."""

    def run(size: int) -> None:
        predict_logits(network, test.inputs, batch_size=size)

    return _overhead("forward", 0, 0.0, len(test), _seconds(run, batch_size), _seconds(run, 1))


def _seconds(run: Callable[[int], None], size: int) -> float:
    started = time.perf_counter()
    run(size)
    return time.perf_counter() - started


def _overhead(name: str, built: int, build_seconds: float, samples: int, together: float, alone: float) -> Overhead:
    return Overhead(name, built, build_seconds, samples, together, alone, samples / together, samples / alone)
