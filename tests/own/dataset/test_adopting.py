"""What a caller in Python brings, as the library keeps it."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from faultloc.errors import DataError
from faultloc.own.dataset import adopt_dataset

PIXELS = np.arange(4 * 3 * 5 * 6, dtype=np.uint8).reshape(4, 3, 5, 6)
LABELS = np.array([0, 1, 1, 0])


class Stream(IterableDataset):
    def __iter__(self):
        return iter(())


class Pictures(Dataset):
    """As torchvision's: Pillow images, and the names of the classes."""

    classes = ("cat", "dog")

    def __len__(self):
        return len(PIXELS)

    def __getitem__(self, index):
        return Image.fromarray(PIXELS[index].transpose(1, 2, 0)), int(LABELS[index])


def test_pictures_are_kept_channel_first_with_the_names_of_their_classes(tmp_path):
    adopted = adopt_dataset(Pictures(), None, tmp_path).dataset
    np.testing.assert_array_equal(adopted.inputs, PIXELS)
    assert adopted.labels.tolist() == LABELS.tolist()
    assert adopted.class_names == ("cat", "dog")


def test_names_that_are_given_go_before_those_that_the_data_set_knows(tmp_path):
    assert adopt_dataset(Pictures(), ["tom", "rex"], tmp_path).dataset.class_names == ("tom", "rex")


def test_inputs_that_come_one_by_one_are_mapped_into_memory(tmp_path):
    adopted = adopt_dataset(Pictures(), None, tmp_path).dataset
    assert isinstance(adopted.inputs, np.memmap)
    assert np.load(tmp_path / "inputs.npy").shape == PIXELS.shape


def test_a_shuffled_loader_gives_the_samples_in_the_data_sets_own_order(tmp_path):
    dataset = TensorDataset(torch.from_numpy(PIXELS), torch.from_numpy(LABELS))
    adopted = adopt_dataset(DataLoader(dataset, batch_size=3, shuffle=True), None, tmp_path).dataset
    np.testing.assert_array_equal(adopted.inputs, PIXELS)


def test_rows_of_integers_are_token_ids(tmp_path):
    dataset = TensorDataset(torch.arange(12).reshape(4, 3), torch.from_numpy(LABELS))
    assert adopt_dataset(dataset, None, tmp_path).dataset.input_kind == "tokens"


def test_a_transform_is_applied_to_each_input(tmp_path):
    adopted = adopt_dataset(Pictures(), None, tmp_path, transform=lambda image: np.asarray(image.convert("L"))[None])
    assert adopted.dataset.inputs.shape == (4, 1, 5, 6)


def test_the_columns_of_hugging_face_are_found_by_their_usual_names(tmp_path):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"pixel_values": datasets.Sequence(datasets.Value("float32")), "target": datasets.ClassLabel(names=["a", "b"])}
    )
    rows = {"pixel_values": [[0.5, 1.0]] * 4, "target": LABELS.tolist()}
    adopted = adopt_dataset(datasets.Dataset.from_dict(rows, features=features), None, tmp_path).dataset
    assert adopted.class_names == ("a", "b")
    assert adopted.inputs.tolist() == [[0.5, 1.0]] * 4


def test_columns_without_a_usual_name_are_one_sentence(tmp_path):
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset.from_dict({"photo": [[1.0]], "class": [0]})
    with pytest.raises(DataError, match="has the columns photo, class; expected one of image"):
        adopt_dataset(dataset, None, tmp_path)


def hugging_face_stream():
    datasets = pytest.importorskip("datasets")
    return datasets.IterableDataset.from_generator(
        lambda: iter(()), features=datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    )


@pytest.mark.parametrize("stream", [lambda: DataLoader(Stream()), hugging_face_stream])
def test_a_stream_has_no_places_to_name_samples_by(tmp_path, stream):
    with pytest.raises(DataError, match="expected a data set that is not a stream"):
        adopt_dataset(stream(), None, tmp_path)
