"""Every sample of a data set is counted while it is read, and its place names it."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    SubsetRandomSampler,
    WeightedRandomSampler,
    default_collate,
)

from faultloc.errors import DataError
from faultloc.own.dataset import adopt_dataset

LABELS = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
PAIRS = [(torch.full((3,), float(place)), label) for place, label in enumerate(LABELS)]


class Pairs(Dataset):
    """The pairs, and a length that may be another."""

    def __init__(self, pairs, length=None):
        self.pairs = list(pairs)
        self.length = len(self.pairs) if length is None else length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.pairs[index]


class Growing(Pairs):
    def __getitem__(self, index):
        self.length += 1
        return self.pairs[index]


class Stream(IterableDataset):
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(PAIRS)


def without_label_2(batch):
    return default_collate([pair for pair in batch if pair[1] != 2])


def without_none(batch):
    return default_collate([pair for pair in batch if pair is not None])


def twice(batch):
    return default_collate([*batch, *batch])


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (
            DataLoader(Pairs(PAIRS), batch_size=4, collate_fn=without_label_2),
            "batch from sample 0 on has 3 inputs and 3 labels, where the data set has 4 samples",
        ),
        (
            DataLoader(Pairs([*PAIRS, None]), batch_size=4, collate_fn=without_none),
            "batch from sample 8 on has 2 inputs and 2 labels, where the data set has 3 samples",
        ),
        (
            DataLoader(Pairs([*PAIRS[:8], None]), batch_size=4, collate_fn=without_none),
            "reading stops at sample 8 of 9",
        ),
        (DataLoader(Pairs(PAIRS), batch_size=4, collate_fn=twice), "has 8 inputs and 8 labels, .* has 4 samples"),
        (DataLoader(Pairs(PAIRS, 12), batch_size=4), "reading stops at sample 8 of 12 .*IndexError"),
        (Pairs(PAIRS, 12), "reading stops at sample 10 of 12 .*IndexError"),
        (Growing(PAIRS), "has 20 samples after reading, and 10 before"),
        (Stream(12), "gives 10 samples, and its length is 12"),
        (Stream(8), "more than the 8 samples of its length"),
        (DataLoader(Stream(12), batch_size=4), "gives 10 samples, and its length is 12"),
        (DataLoader(Stream(8), batch_size=4), "more than the 8 samples of its length"),
        (Pairs([*PAIRS[:3], (None, 1)]), r"sample 3 has no input \(None\)"),
    ],
)
def test_fewer_or_more_samples_than_the_length_are_a_sentence(tmp_path, dataset, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt_dataset(dataset, None, tmp_path)


def test_a_file_that_cannot_be_read_is_named_by_its_place_and_its_error(tmp_path):
    class Files(Pairs):
        def __getitem__(self, index):
            if index == 4:
                raise FileNotFoundError("no such file: cat.png")
            return super().__getitem__(index)

    with pytest.raises(DataError, match=r"at sample 4 of 10 .*FileNotFoundError: no such file: cat\.png"):
        adopt_dataset(Files(PAIRS), None, tmp_path)


def test_a_picture_that_turns_out_damaged_when_it_is_read_is_named(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)).save(whole, "PNG")
    damaged = Image.open(io.BytesIO(whole.getvalue()[:2000]))
    sound = Image.open(io.BytesIO(whole.getvalue()))
    with pytest.raises(DataError, match="input of sample 1 cannot be read: .*truncated"):
        adopt_dataset([(sound, 0), (damaged, 1)], None, tmp_path)


def test_a_length_that_fails_is_a_sentence(tmp_path):
    class Unfinished(Pairs):
        def __len__(self):
            raise ValueError("no manifest")

    for dataset in (Unfinished(PAIRS), DataLoader(Unfinished(PAIRS))):
        with pytest.raises(DataError, match=r"Unfinished has no length \(ValueError: no manifest\)"):
            adopt_dataset(dataset, None, tmp_path)


def test_a_batch_may_be_its_samples_as_they_are(tmp_path):
    loader = DataLoader(Pairs(PAIRS), batch_size=4, collate_fn=list)
    assert adopt_dataset(loader, None, tmp_path).dataset.labels.tolist() == LABELS


@pytest.mark.parametrize(
    "loader",
    [
        DataLoader(Pairs(PAIRS), batch_size=4, drop_last=True),
        DataLoader(Pairs(PAIRS), batch_size=4, sampler=WeightedRandomSampler([1.0] * 10, 10)),
        DataLoader(Pairs(PAIRS), batch_sampler=[[9, 8], [7]]),
        DataLoader(Pairs(PAIRS), batch_size=None),
        DataLoader(Stream(10), batch_size=4, num_workers=2),
        Stream(10),
    ],
)
def test_every_sample_is_read_once_in_its_place_whatever_the_loader_does(tmp_path, loader):
    adopted = adopt_dataset(loader, None, tmp_path).dataset
    assert adopted.inputs[:, 0].tolist() == list(range(10))
    assert adopted.labels.tolist() == LABELS


def test_a_sampler_of_a_part_is_warned_of(tmp_path):
    loader = DataLoader(Pairs(PAIRS), batch_size=4, sampler=SubsetRandomSampler([1, 2, 3]))
    with pytest.warns(UserWarning, match=r"sampler gives 3 of 10 samples; all 10 are read.*Subset"):
        assert len(adopt_dataset(loader, None, tmp_path).dataset) == 10


def test_nothing_larger_than_the_data_is_kept_of_a_loader_that_drops_samples(tmp_path):
    loader = DataLoader(Pairs(PAIRS), batch_size=4, collate_fn=without_label_2)
    with pytest.raises(DataError):
        adopt_dataset(loader, None, tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10 * 3 * np.dtype(np.float32).itemsize + 128
