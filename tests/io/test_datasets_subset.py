import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.io.datasets import take_subset
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

LABELS = np.repeat([0, 1, 2], [60, 30, 10])


def labeled(split, labels):
    ids = numbered_ids(split, np.arange(len(labels)), len(labels))
    return LabeledDataset(np.arange(len(labels), dtype=np.int32)[:, None], labels, ids, ("a", "b", "c"))


@pytest.fixture
def splits():
    texts = tuple(f"text {index}" for index in range(100))
    return DatasetSplits(labeled("train", LABELS), labeled("test", LABELS), ("[PAD]",), texts, np.arange(100) % 2 == 0)


def take(splits, *, subset=None, test_subset=None, stratified=False, seed=0):
    rng = np.random.default_rng(seed)
    return take_subset(splits, subset=subset, test_subset=test_subset, stratified=stratified, rng=rng)


def test_without_numbers_everything_stays(splits):
    assert len(take(splits).train) == len(take(splits).test) == 100


def test_the_first_samples_are_taken_with_their_texts_and_truth(splits):
    taken = take(splits, subset=3, test_subset=2)
    assert taken.train.sample_ids.tolist() == ["train/00000", "train/00001", "train/00002"]
    assert taken.texts == ("text 0", "text 1", "text 2")
    assert taken.is_fault.tolist() == [True, False, True]
    assert taken.test.sample_ids.tolist() == ["test/00000", "test/00001"]


def test_a_stratified_subset_keeps_the_shares_and_the_order(splits):
    taken = take(splits, subset=20, stratified=True)
    assert np.bincount(taken.train.labels).tolist() == [12, 6, 2]
    assert taken.train.sample_ids.tolist() == sorted(taken.train.sample_ids)
    assert taken.texts == tuple(f"text {index}" for index in taken.train.inputs[:, 0])


@pytest.mark.parametrize("subset", [1, 7, 33, 99, 100])
def test_a_stratified_subset_has_the_size_that_was_asked_for(splits, subset):
    assert len(take(splits, subset=subset, stratified=True).train) == subset


def test_a_stratified_subset_is_the_same_for_the_same_seed_only(splits):
    ids = [take(splits, subset=20, stratified=True, seed=seed).train.sample_ids.tolist() for seed in (0, 0, 1)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("subset", [0, -1, 101])
def test_an_impossible_subset_is_one_sentence(splits, subset):
    with pytest.raises(ConfigError, match=rf"dataset\.subset={subset}: expected 1 to 100"):
        take(splits, subset=subset)
    with pytest.raises(ConfigError, match=rf"dataset\.test_subset={subset}: expected 1 to 100"):
        take(splits, test_subset=subset)
