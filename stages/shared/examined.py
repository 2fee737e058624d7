"""The subject of the pipeline under examination, on the machine that the parameters describe."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omegaconf import DictConfig

from faultloc.io.stores.subject_store import load_subject
from faultloc.report.shared.progress import count_bar
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination, Execution, no_bar
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory
from stages.shared.rank_group import joined_ranks
from stages.shared.torch_runtime import start_torch, worker_count


@contextmanager
def examine_subject(
    params: DictConfig,
    subject: Path,
    dataset: LabeledDataset,
    *,
    layer: str | None = None,
    allocate: Allocate = allocate_in_memory,
) -> Iterator[Examination]:
    """The subject that lies in ``subject`` and the samples of ``dataset``, for the steps of a method.

    Inside the block all ranks that torchrun has started work together; the first one shows how far they are.
    """
    device = start_torch(params.runtime)
    network = load_subject(subject).network.to(device)
    with joined_ranks(device) as ranks:
        execution = Execution(worker_count(device), ranks, allocate, count_bar if ranks.is_first else no_bar)
        yield Examination(
            network, dataset, params.seed, device, params.runtime.batch_size, layer=layer, execution=execution
        )
