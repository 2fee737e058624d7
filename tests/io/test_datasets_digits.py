import numpy as np
import pytest

from faultloc.io.datasets import check_splits, read_digits


@pytest.fixture(scope="module")
def digits():
    return read_digits()


def test_digits_are_images_of_lenets_size(digits):
    assert digits.train.inputs.shape == (1437, 1, 28, 28)
    assert digits.test.inputs.shape == (360, 1, 28, 28)
    assert digits.train.input_kind == "image"


def test_digits_use_the_whole_range_of_grey(digits):
    assert digits.train.inputs.min() == 0
    assert digits.train.inputs.max() == 255


def test_the_split_of_the_digits_keeps_the_share_of_each_class(digits):
    shares = [np.bincount(part.labels) / len(part) for part in (digits.train, digits.test)]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.005)


def test_no_digit_is_in_both_splits_and_none_is_lost(digits):
    indices = [int(sample_id.split("/")[1]) for part in (digits.train, digits.test) for sample_id in part.sample_ids]
    assert sorted(indices) == list(range(1797))


def test_ids_of_digits_lead_back_to_scikit_learns_labels(digits):
    from sklearn.datasets import load_digits

    indices = [int(sample_id.split("/")[1]) for sample_id in digits.train.sample_ids]
    np.testing.assert_array_equal(load_digits().target[indices], digits.train.labels)


def test_digits_are_the_same_each_time_and_pass_the_checks(digits):
    again = read_digits()
    np.testing.assert_array_equal(again.train.inputs, digits.train.inputs)
    check_splits(again)
