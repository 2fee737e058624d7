"""Data sets of Hugging Face: columns are read as they are stored, and what is missing in them is named."""

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader, Subset, default_collate

from faultloc.errors import DataError
from faultloc.own.dataset import adopt_dataset

datasets = pytest.importorskip("datasets")

PIXELS = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
LABELS = [0, 1, 1, 0]
IDS = [[5, 9_999_999, 2], [1, 2, 3], [4, 5, 6], [7, 8, 9]]
NAMES = datasets.ClassLabel(names=["cat", "dog"])


def rows(features=None, **columns):
    return datasets.Dataset.from_dict(columns, features=None if features is None else datasets.Features(features))


def pictures(labels=LABELS, **more):
    images = [Image.fromarray(pixels) for pixels in PIXELS]
    return rows({"image": datasets.Image(), "label": NAMES}, image=images, label=labels, **more)


def adopt(dataset, folder, **more):
    return adopt_dataset(dataset, None, folder, **more).dataset


@pytest.mark.parametrize("form", [None, "numpy", "torch", "arrow", "pandas"])
def test_ids_are_exact_and_pictures_alike_in_every_format(tmp_path, form):
    ids = adopt(rows(input_ids=IDS, label=LABELS).with_format(form), tmp_path / "ids")
    assert ids.input_kind == "tokens"
    assert ids.inputs.tolist() == IDS
    shown = adopt(pictures().with_format(form), tmp_path / "pictures")
    np.testing.assert_array_equal(shown.inputs, PIXELS[:, None])
    assert shown.class_names == ("cat", "dog")


@pytest.mark.parametrize("form", [None, "numpy", "torch"])
@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (lambda: rows(input_ids=IDS, label=[0, None, 1, 1]), r"label of sample 1 is missing \(None\)"),
        (
            lambda: rows(input_ids=[*IDS[:3], [7, None, 9]], label=LABELS),
            r"'input_ids' has no value \(null\) within row 3",
        ),
        (lambda: rows(input_ids=[*IDS[:3], None], label=LABELS), r"'input_ids' has no value \(null\) in row 3"),
        (lambda: pictures([0, 1, -1, -1]), r"label of sample 2 \(and of 1 more of 4: 3\) is -1"),
        (lambda: pictures([-1] * 4), "label of sample 0.* is -1, a negative number, as where labels are .* held back"),
    ],
)
def test_what_is_missing_is_named_in_every_format(tmp_path, form, dataset, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt(dataset().with_format(form), tmp_path)


def test_a_picture_that_is_missing_is_named(tmp_path):
    features = {"image": datasets.Image(), "label": NAMES}
    dataset = rows(features, image=[Image.fromarray(PIXELS[0]), None], label=[0, 1])
    with pytest.raises(DataError, match=r"'image' has no value \(null\) in row 1"):
        adopt(dataset, tmp_path)


def test_a_missing_value_is_named_before_a_transform_is_given_it(tmp_path):
    dataset = rows(input_ids=[*IDS[:3], [7, None, 9]], label=LABELS).with_format("numpy")
    with pytest.raises(DataError, match="within row 3"):
        adopt(dataset, tmp_path, transform=lambda ids: ids)


@pytest.mark.parametrize(
    "kind", [datasets.Array2D((5, 6), "uint8"), datasets.List(datasets.List(datasets.Value("uint8")))]
)
def test_bytes_in_a_column_are_images(tmp_path, kind):
    dataset = rows({"image": kind, "label": datasets.Value("int8")}, image=list(PIXELS), label=LABELS)
    adopted = adopt(dataset.with_format("torch"), tmp_path)
    assert adopted.input_kind == "image"
    np.testing.assert_array_equal(adopted.inputs, PIXELS[:, None])


@pytest.mark.parametrize("gives_label", [True, False])
def test_a_transform_of_the_data_set_itself_is_applied(tmp_path, gives_label):
    def prepare(batch):
        made = {"pixel_values": [np.asarray(image, np.float32)[None] / 255 for image in batch["image"]]}
        return {**made, "label": batch["label"]} if gives_label else made

    adopted = adopt(pictures().with_transform(prepare), tmp_path)
    np.testing.assert_allclose(adopted.inputs, PIXELS[:, None] / 255, rtol=1e-6)
    assert adopted.labels.tolist() == LABELS


def test_places_are_those_of_the_data_set_as_it_was_given(tmp_path):
    whole = rows(input_ids=IDS, label=LABELS)
    order = whole.shuffle(seed=1).filter(lambda row: row["input_ids"][0] != 4)
    adopted = adopt(order, tmp_path)
    assert adopted.inputs.tolist() == order["input_ids"][:]
    assert adopted.labels.tolist() == order["label"][:]


def test_columns_that_the_format_hides_are_not_read(tmp_path):
    dataset = pictures().add_column("input_ids", IDS).with_format("torch", columns=["input_ids", "label"])
    assert adopt(dataset, tmp_path).inputs.tolist() == IDS


@pytest.mark.parametrize(
    "part",
    [
        lambda dataset: DataLoader(dataset, batch_size=3),
        lambda dataset: DataLoader(dataset, batch_size=3, collate_fn=lambda batch: default_collate(batch)),
        lambda dataset: Subset(dataset, range(4)),
    ],
)
def test_it_may_stand_behind_a_loader_or_a_part_of_torch(tmp_path, part):
    adopted = adopt(part(pictures().with_format("torch")), tmp_path)
    np.testing.assert_array_equal(adopted.inputs, PIXELS[:, None])
    assert adopted.labels.tolist() == LABELS
    assert adopted.class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (lambda: datasets.DatasetDict(train=pictures(), test=pictures()), r"splits train, test; .*dataset\['train'\]"),
        (lambda: pictures().to_iterable_dataset(), "a stream|that is not a stream"),
        (lambda: pictures().cast_column("image", datasets.Image(decode=False)), "not decoded.*cast_column"),
        (lambda: rows(data=[{"image": [1.0]}] * 4, label=LABELS), r"holds several fields \(image\).*flatten"),
        (lambda: rows(x=IDS, label=[{"fine": 1}] * 4), "label of sample 0 is a dictionary of fine"),
        (lambda: rows(x=IDS, label=[[0, 1]] * 4), "label of sample 0 is a one-hot row"),
        (lambda: rows({"x": datasets.List(datasets.Value("int64")), "a": NAMES, "b": NAMES}, x=IDS, a=LABELS, b=LABELS),
         r"several columns of classes \(a, b\)"),
        (lambda: rows(x=IDS, label=["cat", "dog", "dog", "cat"]), "label of sample 0.*, a text.*class_names="),
        (lambda: rows(input_ids=[[1], [1, 2]], label=[0, 1]), "expected one shape"),
        (lambda: rows(x=[[[1.0], [2.0, 3.0]]], label=[0]), "lists of the lengths 1 to 2 in row 0"),
        (lambda: pictures().with_transform(lambda batch: {"photo": batch["image"]}), "own transform gives photo"),
        (lambda: pictures().select([]), "no samples"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence(tmp_path, dataset, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt(dataset(), tmp_path)
