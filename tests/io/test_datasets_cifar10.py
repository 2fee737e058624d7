import hashlib
import pickle

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.datasets import cifar10, read_cifar10
from faultloc.io.datasets.array_pickle import load_array_pickle

PER_BATCH = 4


@pytest.fixture
def batches(monkeypatch):
    """Six small batches by name, whose checksums the reader takes for the published ones."""
    rng = np.random.default_rng(0)
    contents = {}
    for name in (*cifar10._TRAIN_MD5, *cifar10._TEST_MD5):
        batch = {"data": rng.integers(0, 256, (PER_BATCH, 3072)).astype(np.uint8), "labels": [0, 1, 2, 9]}
        contents[name] = pickle.dumps(batch, protocol=2)
    for table in ("_TRAIN_MD5", "_TEST_MD5"):
        md5 = {name: hashlib.md5(contents[name]).hexdigest() for name in getattr(cifar10, table)}
        monkeypatch.setattr(cifar10, table, md5)
    return contents


def write(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("layout", ["", "cifar-10-batches-py"])
def test_batches_are_read_in_order(tmp_path, batches, layout):
    write(tmp_path / layout, batches)
    splits = read_cifar10(root=str(tmp_path))
    assert splits.train.inputs.shape == (5 * PER_BATCH, 3, 32, 32)
    assert splits.train.labels.tolist() == [0, 1, 2, 9] * 5
    second = pickle.loads(batches["data_batch_2"])["data"][0]  # noqa: S301 our own
    np.testing.assert_array_equal(splits.train.inputs[PER_BATCH], second.reshape(3, 32, 32))
    assert splits.test.sample_ids.tolist() == [f"test/{index:05d}" for index in range(PER_BATCH)]


def test_a_batch_with_another_checksum_is_refused(tmp_path, batches):
    batches["data_batch_3"] += b" "
    write(tmp_path, batches)
    with pytest.raises(DataError, match=r"data_batch_3 has the MD5 \w+, expected \w+"):
        read_cifar10(root=str(tmp_path))


class Malicious:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_that_would_run_code_is_refused_and_not_run(tmp_path):
    target = tmp_path / "written"
    content = pickle.dumps({"data": Malicious(str(target))})
    with pytest.raises(DataError, match=r"batch is not a plain pickle of arrays \(it asks for .*open\).*not loaded"):
        load_array_pickle(content, "batch")
    assert not target.exists()


@pytest.mark.parametrize("call", [b"cos\nsystem\n(S'true'\ntR.", b"cnumpy\nload\n(S'x'\ntR.", b"c_codecs\ndecode\n."])
def test_no_other_function_can_be_reached(call):
    with pytest.raises(DataError, match="it asks for"):
        load_array_pickle(call, "batch")


def test_a_damaged_pickle_is_one_sentence():
    content = pickle.dumps({"data": np.zeros(3)})
    with pytest.raises(DataError, match="not a plain pickle"):
        load_array_pickle(content[:-20], "batch")


def test_a_pickle_of_something_else_is_refused():
    with pytest.raises(DataError, match="holds a list, expected a dictionary"):
        load_array_pickle(pickle.dumps([1]), "batch")


@pytest.mark.parametrize("protocol", range(5))
def test_arrays_come_through_every_protocol_but_the_newest(protocol):
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    content = pickle.dumps({"data": array, "labels": [1, 2]}, protocol=protocol)
    np.testing.assert_array_equal(load_array_pickle(content, "batch")["data"], array)
