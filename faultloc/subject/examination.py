"""What is examined, and how the work is carried out: what every step of a method that works on a network needs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.distributed import ALONE, Ranks
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

Move = Callable[[object], object]
# Opens a progress bar: what it counts, of how many, in which row of the terminal; gives what moves it by a number, or
# by one.
Bar = Callable[[str, int, int], AbstractContextManager[Move]]


@contextmanager
def no_bar(description: str, total: int, row: int) -> Iterator[Move]:
    """A bar that nobody sees."""
    yield lambda moved: None


@dataclass(frozen=True)
class Execution:
    """How work is carried out; no result depends on it.

    Independent work is shared out among ``workers`` forked processes, or among the ``ranks``. Large arrays lie where
    ``allocate`` puts them; ``bar`` opens progress bars.
    """

    workers: int = 1
    ranks: Ranks = ALONE
    allocate: Allocate = allocate_in_memory
    bar: Bar = no_bar

    @contextmanager
    def bars(self, descriptions: Sequence[str], total: int) -> Iterator[list[Move]]:
        """What moves a bar of each description, a row each, by ``total`` steps in all."""
        with ExitStack() as opened:
            yield [opened.enter_context(self.bar(said, total, row)) for row, said in enumerate(descriptions)]


@dataclass(frozen=True)
class Examination:
    """A trained ``network``, on ``device``, and the samples of ``dataset`` that are examined by it.

    ``seed`` starts every stream of random numbers. Samples pass through the network in batches of ``batch_size``.
    ``layer`` names the layer whose output the method reads; None leaves the choice to the method. An ``encoder`` is
    another network, whose features of the samples are read instead of those of ``network``.
    """

    network: nn.Module
    dataset: LabeledDataset
    seed: int
    device: torch.device
    batch_size: int
    layer: str | None = None
    execution: Execution = field(default_factory=Execution)
    encoder: nn.Module | None = None

    @property
    def reader(self) -> nn.Module:
        """The network whose features are read."""
        return self.network if self.encoder is None else self.encoder

    @property
    def inputs(self) -> Shaped[Tensor, "sample ..."]:
        """The stored inputs as a tensor on ``device``: the same memory on the CPU, a copy on a GPU."""
        return as_tensor(self.dataset.inputs, self.device)
