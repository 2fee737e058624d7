"""Several processes, each on a device of its own, that train one network together or share out independent work.

A step of training is that of one process, up to the order of float additions: every rank takes its part of the batch,
and the gradients are averaged by the parts' sizes. Source: PyTorch's DistributedDataParallel, which averages equally;
the scale of a ``Share`` makes up for parts of unequal size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch.distributed as dist
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel

from faultloc.errors import ModelError

Result = TypeVar("Result")
# What SyncBatchNorm takes the place of; a class derived from one of them may do more, which would be lost.
_PLAIN_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)


@dataclass(frozen=True)
class Share:
    """One rank's part of a batch, never empty.

    ``scale`` times its mean loss gives gradients whose average over the ranks is that of the whole batch's mean loss.
    ``is_counted`` is False where another rank reports the same samples.
    """

    samples: Int[Tensor, "chosen"]
    scale: float
    is_counted: bool


@dataclass(frozen=True)
class Ranks:
    """This process's place, ``rank`` in 0..count-1, among the ``count`` processes of ``group``."""

    rank: int
    count: int
    group: dist.ProcessGroup | None = None

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes and speaks for all."""
        return self.rank == 0

    def share_of(self, batch: Int[Tensor, "batch"]) -> Share:
        """The part of ``batch`` that is this rank's: consecutive samples, the parts' sizes differ by one at most.

        A batch with fewer samples than ranks is every rank's, whole: an empty part has no gradient, and some layers
        refuse it.
        """
        if len(batch) < self.count:
            return Share(batch, 1.0, self.is_first)
        own = batch.tensor_split(self.count)[self.rank]
        return Share(own, len(own) * self.count / len(batch), True)

    def sum_(self, values: Tensor) -> Tensor:
        """``values``, which now hold the sum over all ranks, the same bits on each."""
        if self.count > 1:
            dist.all_reduce(values, group=self.group)
        return values

    def gathered(self, result: Result) -> list[Result]:
        """What every rank gave, in the order of the ranks; the same list on each."""
        if self.count == 1:
            return [result]
        results: list[Result | None] = [None] * self.count
        dist.all_gather_object(results, result, group=self.group)
        return results  # type: ignore[return-value]  # all are filled

    @contextmanager
    def data_parallel(self, network: nn.Module) -> Iterator[nn.Module]:
        """Yields what to call instead of ``network``: its backward pass averages the gradients over the ranks.

        Batch normalisation takes its statistics over the whole batch inside; afterwards the network has its own layers
        again, with what they have learned.

        Raises:
            ModelError: the network has batch normalisation that cannot be computed over several processes.
        """
        if self.count == 1:
            yield network
            return
        norms = _batch_norms_in_training(network)
        for name, layer in norms.items():
            _replace(network, name, nn.SyncBatchNorm.convert_sync_batchnorm(layer, self.group))
        try:
            # A static graph may leave parameters unused, as one process does; without it DDP would stop at them.
            yield DistributedDataParallel(network, process_group=self.group, static_graph=True)
        finally:
            for name, layer in norms.items():
                _replace(network, name, layer)


ALONE = Ranks(0, 1)


def _batch_norms_in_training(network: nn.Module) -> dict[str, nn.Module]:
    layers = network.named_modules(remove_duplicate=False)
    norms: dict[str, nn.Module] = {
        name: layer for name, layer in layers if isinstance(layer, _BatchNorm) and layer.training
    }
    for name, layer in norms.items():
        where = f"{type(network).__name__} has batch normalisation ({name}, {type(layer).__name__})"
        if type(layer) not in _PLAIN_BATCH_NORMS:
            raise ModelError(
                f"{where} of a kind that PyTorch cannot compute over several processes; expected nn.BatchNorm1d, 2d or "
                "3d: train it in one process"
            )
        if not _lies_on_gpu(layer):
            raise ModelError(
                f"{where}, whose statistics PyTorch takes over several processes on GPUs only; train it in one process "
                "(runtime.launcher=python), or on GPUs"
            )
    return norms


def _lies_on_gpu(layer: nn.Module) -> bool:
    return all(tensor.is_cuda for tensor in (*layer.parameters(), *layer.buffers()))


def _replace(network: nn.Module, name: str, layer: nn.Module) -> None:
    parent, _, own_name = name.rpartition(".")
    setattr(network.get_submodule(parent), own_name, layer)
