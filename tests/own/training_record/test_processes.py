"""Recorders of several processes, joined by torch.distributed itself."""

from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing

from faultloc import MarginRecorder, TrainingRecord


def record_part(rank: int, folder: str) -> None:
    """Records every other sample of two epochs, the other half in the second, and saves what both have seen."""
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    recorder = MarginRecorder(6)
    for epoch, sign in enumerate((1.0, -1.0)):
        places = torch.arange((rank + epoch) % 2, 6, 2)
        recorder.record(places, sign * torch.eye(3)[places % 3], places % 3)
        recorder.end_epoch()
    recorder.gathered().save(f"{folder}/{rank}.npz")
    distributed.destroy_process_group()


def test_each_process_gets_what_all_have_recorded(tmp_path: Path) -> None:
    multiprocessing.spawn(record_part, (str(tmp_path),), nprocs=2)
    for rank in range(2):
        record = TrainingRecord.load(tmp_path / f"{rank}.npz")
        # Right in the first epoch, in one process, and wrong in the second, in the other.
        np.testing.assert_array_equal(record.forgettings, np.ones(6))
        np.testing.assert_array_equal(record.epochs_seen, np.full(6, 2))
        np.testing.assert_array_equal(record.mean_margins, np.zeros(6))
        np.testing.assert_array_equal(record.labels, np.arange(6) % 3)
