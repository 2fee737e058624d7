"""Two processes on the CPU beside one. What they do stands in `rank_program.py`; they are started once."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.subject.distributed import ALONE, Ranks, Share
from tests.subject.rank_program import NETWORKS, masks, trained

# Adding up to 7 samples' gradients in another order moves each step by some 2**-24 of its size, momentum keeps ten of
# them, and there are 18 steps: 180 * 2**-24 is 1e-5.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> list[dict[str, np.ndarray]]:
    """What each of the two ranks has found."""
    folder = tmp_path_factory.mktemp("ranks")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    finished = subprocess.run(
        [*torchrun, "-m", "tests.subject.rank_program", str(folder)],
        cwd=Path(__file__).resolve().parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
    return [dict(np.load(folder / f"{rank}.npz")) for rank in range(2)]


def of_case(found: dict[str, np.ndarray], case: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(f"{case}/"): value for key, value in found.items() if key.startswith(f"{case}/")}


@pytest.mark.parametrize("network", NETWORKS)
def test_two_processes_train_to_the_weights_and_records_of_one(both, network):
    alone, together = trained(network, ALONE), of_case(both[0], network)
    assert alone.keys() == together.keys()
    for key in alone:
        np.testing.assert_allclose(together[key], alone[key], rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


def test_what_a_network_does_not_use_stays_as_it_is_in_every_process(both):
    alone = trained("with unused", ALONE)
    for found in both:
        np.testing.assert_array_equal(found["with unused/unused.weight"], alone["unused.weight"])


@pytest.mark.parametrize("case", [*NETWORKS, "single"])
def test_both_processes_end_with_the_same_bits(both, case):
    first, second = (of_case(found, case) for found in both)
    assert {key: value.tobytes() for key, value in first.items()} == {
        key: value.tobytes() for key, value in second.items()
    }


def test_a_batch_of_fewer_samples_than_processes_counts_once(both):
    alone, together = trained("perceptron", ALONE, samples=1), of_case(both[0], "single")
    for key in alone:
        np.testing.assert_allclose(together[key], alone[key], rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


def test_the_first_process_drops_out_as_one_does_and_the_second_otherwise(both):
    np.testing.assert_array_equal(both[0]["mask"], masks(ALONE))
    assert (both[1]["mask"] != both[0]["mask"]).any()


def test_batch_normalisation_on_the_cpu_is_refused_unless_it_is_frozen(both):
    for found in both:
        assert "Sequential has batch normalisation (1, BatchNorm1d), whose statistics" in str(found["refused"])
        assert "of a kind that PyTorch cannot compute over several processes" in str(found["refused own"])
        assert str(found["not refused"]) == ""


def test_tasks_are_shared_out_and_every_process_has_all_results_in_their_order(both):
    for found in both:
        assert found["tasks"].tolist() == [[0, 0], [1, 1], [4, 0], [9, 1], [16, 0]]
        assert found["no tasks"].tolist() == []


@pytest.mark.parametrize("size", [3, 4, 7, 16])
def test_the_parts_of_a_batch_are_the_batch_and_weigh_by_their_size(size):
    batch = torch.arange(100, 100 + size)
    shares = [Ranks(rank, 3).share_of(batch) for rank in range(3)]
    assert torch.equal(torch.cat([share.samples for share in shares]), batch)
    sizes = [len(share.samples) for share in shares]
    assert max(sizes) - min(sizes) <= 1
    assert [share.scale / 3 for share in shares] == pytest.approx([part / size for part in sizes])
    assert all(share.is_counted for share in shares)


def test_one_process_has_the_whole_batch_and_the_network_itself():
    batch, network = torch.arange(5), nn.Linear(2, 2)
    share = ALONE.share_of(batch)
    assert isinstance(share, Share)
    assert torch.equal(share.samples, batch)
    assert (share.scale, share.is_counted) == (1, True)
    with ALONE.data_parallel(network) as called:
        assert called is network


def test_after_an_error_the_network_has_its_own_batch_normalisation_again(monkeypatch):
    # No GPU is needed: the conversion only moves tensors, and DDP is not reached.
    network = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.BatchNorm1d(2)))
    own = network[1][0]
    seen = []

    def refuse(converted: nn.Module, **_: object) -> None:
        seen.append(type(converted[1][0]))
        raise ModelError("stop")

    monkeypatch.setattr("faultloc.subject.distributed.DistributedDataParallel", refuse)
    monkeypatch.setattr("faultloc.subject.distributed._lies_on_gpu", lambda layer: True)
    with pytest.raises(ModelError, match="stop"), Ranks(0, 2).data_parallel(network):
        pass
    assert seen == [nn.SyncBatchNorm]
    assert network[1][0] is own
