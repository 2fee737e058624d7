import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.datasets import read_npz

LABELS = np.array([0, 1, 0, 1])


@pytest.fixture
def read(tmp_path):
    """Reads the arrays that it is given, through a file."""

    def save_and_read(**arrays):
        np.savez(tmp_path / "data.npz", **arrays)
        return read_npz(path=str(tmp_path / "data.npz"))

    return save_and_read


def pixels(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_grey_images_get_a_channel_axis(read):
    inputs = pixels(4, 5, 6)
    np.testing.assert_array_equal(read(inputs=inputs, labels=LABELS).train.inputs, inputs[:, None])


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_becomes_channels_first(read, channels):
    inputs = pixels(4, 5, 6, channels)
    expected = np.stack([inputs[..., channel] for channel in range(channels)], axis=1)
    np.testing.assert_array_equal(read(inputs=inputs, labels=LABELS).train.inputs, expected)


def test_channels_first_stays(read):
    inputs = pixels(4, 3, 5, 6)
    np.testing.assert_array_equal(read(inputs=inputs, labels=LABELS).train.inputs, inputs)


def test_channels_last_is_preferred_where_both_are_possible(read):
    assert read(inputs=pixels(4, 3, 5, 1), labels=LABELS).train.inputs.shape == (4, 1, 3, 5)


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.uint32])
def test_two_dimensional_integers_are_token_ids(read, dtype):
    splits = read(inputs=np.array([[0, 1], [2, 3], [4, 5], [6, 0]], dtype=dtype), labels=LABELS)
    assert splits.train.input_kind == "tokens"
    assert splits.train.inputs.dtype == np.int32
    assert splits.vocabulary == ("0", "1", "2", "3", "4", "5", "6")


def test_the_vocabulary_counts_the_token_ids_of_the_test_set_too(read):
    splits = read(inputs=np.eye(4, dtype=int), labels=LABELS, test_inputs=np.full((1, 4), 9), test_labels=LABELS[:1])
    assert len(splits.vocabulary) == 10


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floating_point_numbers_are_kept(read, dtype):
    train = read(inputs=np.array([[0.5], [-2], [3], [4]], dtype=dtype), labels=LABELS).train
    assert train.input_kind == "real"
    assert train.inputs.dtype == np.float32
    assert train.inputs.ravel().tolist() == [0.5, -2, 3, 4]


def test_everything_that_may_be_in_the_file_is_read(read):
    splits = read(
        inputs=pixels(4, 5, 5),
        labels=LABELS,
        test_inputs=pixels(2, 5, 5),
        test_labels=[1, 0],
        is_fault=[0, 1, 0, 0],
        class_names=["cat", "dog"],
    )
    assert splits.train.class_names == ("cat", "dog")
    assert splits.is_fault.tolist() == [False, True, False, False]
    assert splits.test.labels.tolist() == [1, 0]
    assert splits.train.sample_ids.tolist() == [f"train/{index:05d}" for index in range(4)]
    assert splits.test.sample_ids.tolist() == ["test/00000", "test/00001"]


def test_without_names_classes_are_numbered(read):
    assert read(inputs=pixels(4, 5, 5), labels=LABELS).train.class_names == ("0", "1")


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"inputs": pixels(4, 25)}, r"found shape \(4, 25\) of uint8, expected images"),
        ({"inputs": pixels(4, 5, 5, 2)}, "expected images"),
        ({"inputs": pixels(4)}, "expected one row or one image per sample"),
        ({"inputs": np.zeros((4, 5, 5), np.uint16)}, r"of uint16, expected images as uint8: scale them to 0\.\.255"),
        ({"inputs": np.zeros((4, 5, 5, 3), np.int64)}, "scale them to 0"),
        ({"inputs": np.array([[1], [-1], [2], [3]])}, "values down to -1, expected token ids"),
        ({"inputs": np.full((4, 2), 10**9)}, "values up to 1000000000, expected token ids below"),
        ({"inputs": np.zeros((4, 2), bool)}, "of bool, expected uint8 images"),
        ({"inputs": np.array([["a"]] * 4)}, "expected uint8 images"),
        ({"labels": LABELS[:3]}, "4 inputs, 3 labels"),
        ({"labels": LABELS.astype(float)}, "of float64, expected one integer class index"),
        ({"labels": LABELS[:, None]}, r"found shape \(4, 1\)"),
        ({"labels": LABELS - 1}, "labels run from -1 to 0"),
        ({"labels": LABELS * 10**9}, "run to 1000000000 with only 4 samples"),
        ({"labels": LABELS + 1, "class_names": ["a", "b"]}, "labels run from 1 to 2, but there are 2 classes"),
        ({"class_names": ["a", "a"]}, "not a list of different names"),
        ({"is_fault": [0, 1]}, r"is_fault in .* has shape \(2,\) .* expected 4 times"),
        ({"is_fault": [0, 1, 2, 0]}, "expected 4 times"),
        ({"test_inputs": pixels(1, 5, 5)}, "only one of test_inputs and test_labels"),
        ({"labels": np.array([0, None, 0, 1])}, "not readable as an .npz file of plain arrays"),
    ],
)
def test_an_array_that_does_not_fit_is_one_sentence(read, arrays, sentence):
    with pytest.raises(DataError, match=sentence):
        read(**{"inputs": pixels(4, 5, 5), "labels": LABELS, **arrays})


def test_missing_arrays_are_named(read):
    with pytest.raises(DataError, match="holds x, y and lacks inputs, labels"):
        read(x=LABELS, y=LABELS)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"does not exist: set dataset\.path"):
        read_npz(path=str(tmp_path / "nowhere.npz"))


def test_another_file_is_one_sentence(tmp_path):
    (tmp_path / "data.npz").write_text("no arrays")
    with pytest.raises(DataError, match="not readable as an"):
        read_npz(path=str(tmp_path / "data.npz"))
    np.save(tmp_path / "one.npy", LABELS)
    with pytest.raises(DataError, match="not readable as an"):
        read_npz(path=str(tmp_path / "one.npy"))
    np.savez(tmp_path / "cut.npz", inputs=pixels(4, 50, 50), labels=LABELS)
    content = (tmp_path / "cut.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="not readable as an"):
        read_npz(path=str(tmp_path / "cut.npz"))
