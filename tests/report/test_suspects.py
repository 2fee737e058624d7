import numpy as np
import pandas as pd
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.faults.planted import PlantedFault
from faultloc.report.dfaulo.content import count_faults_found
from faultloc.report.dfaulo.suspects import most_suspicious
from faultloc.subject.dataset import LabeledDataset

IDS = np.array(["a", "b", "c", "d"])


def dataset_of(inputs: np.ndarray) -> LabeledDataset:
    return LabeledDataset(inputs, np.array([0, 1, 0, 1]), IDS, ["cat", "dog"])


@pytest.fixture
def ranking() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rank": [1, 2, 3, 4],
            "sample_id": ["c", "a", "d", "b"],
            "given_label": ["cat", "cat", "dog", "dog"],
            "predicted_label": ["dog", "cat", "dog", "dog"],
            "suspiciousness": [0.9, 0.5, 0.2, 0.1],
        }
    )


@pytest.fixture
def truth() -> PlantedFault:
    """Sample c is a dog, sample d was replaced; the rows stand in another order than the data set's."""
    kinds = np.array(["random_data", "random_label", "", ""])
    return PlantedFault("mixed", np.array(["d", "c", "b", "a"]), kinds, np.array([1, 1, 1, 0]))


def test_suspects_follow_the_ranking(ranking) -> None:
    suspects = most_suspicious(dataset_of(np.zeros((4, 1, 8, 8), dtype=np.uint8)), ranking, None, count=2)
    assert [(suspect.rank, suspect.sample_id) for suspect in suspects] == [(1, "c"), (2, "a")]


def test_a_suspect_shows_its_own_picture(ranking) -> None:
    inputs = np.zeros((4, 1, 8, 8), dtype=np.uint8)
    inputs[2] = 200  # sample c
    (first,) = most_suspicious(dataset_of(inputs), ranking, None, count=1)
    assert np.asarray(first.picture).min() == 200


def test_more_samples_than_there_are_gives_all(ranking) -> None:
    assert len(most_suspicious(dataset_of(np.zeros((4, 3), dtype=np.float32)), ranking, None, count=60)) == 4


def test_the_truth_is_matched_by_sample_id(ranking, truth) -> None:
    suspects = most_suspicious(dataset_of(np.zeros((4, 3), dtype=np.float32)), ranking, truth, count=4)
    assert [(suspect.truth.is_fault, suspect.truth.fault, suspect.truth.label) for suspect in suspects] == [
        (True, "label changed", "dog"),
        (False, "", "cat"),
        (True, "input replaced", "dog"),
        (False, "", "dog"),
    ]


def test_a_text_is_shown_as_it_was_read(ranking) -> None:
    tokens = dataset_of(np.ones((4, 5), dtype=np.int32))
    (first,) = most_suspicious(tokens, ranking, None, count=1, texts=["A!", "B!", "C, it says.", "D!"])
    assert first.text == "C, it says."


def test_without_its_text_a_sample_is_spelt_from_its_tokens(ranking) -> None:
    tokens = np.zeros((4, 5), dtype=np.int32)
    tokens[2, :3] = 2, 1, 9
    (first,) = most_suspicious(dataset_of(tokens), ranking, None, count=1, vocabulary=["", "barks", "it"])
    assert first.text == "it barks #9"


def test_numbers_that_are_no_picture_are_described(ranking) -> None:
    (first,) = most_suspicious(dataset_of(np.ones((4, 3), dtype=np.float32)), ranking, None, count=1)
    assert first.text == "3 numbers from 1 to 1: not a picture"


def test_a_ranking_of_another_data_set_is_refused(ranking) -> None:
    ranking["sample_id"] = ["x", "y", "z", "w"]
    with pytest.raises(DataError, match="no row for 4 of 4 samples"):
        most_suspicious(dataset_of(np.zeros((4, 3), dtype=np.float32)), ranking, None, count=4)


def test_faults_are_counted_among_the_first_share_of_the_ranking(ranking, truth) -> None:
    found = count_faults_found(ranking, truth, 0.5)
    assert (found.top_count, found.found, found.total) == (2, 1, 2)
    assert found.kinds == {"input replaced": 1, "label changed": 1}


def test_a_gallery_of_no_samples_is_refused(ranking) -> None:
    with pytest.raises(ConfigError, match="expected 1 or more"):
        most_suspicious(dataset_of(np.zeros((4, 3), dtype=np.float32)), ranking, None, count=0)


def test_a_headline_in_percent_is_refused(ranking, truth) -> None:
    with pytest.raises(ConfigError, match="at most 1"):
        count_faults_found(ranking, truth, 5.0)
