import numpy as np
import pytest
from PIL import Image

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets import open_foreign_inputs
from faultloc.io.datasets.foreign_images import ForeignImages
from faultloc.io.datasets.vocabulary import encode_texts
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

LABELS = np.array([0, 1])
IDS = np.array(["a", "b"])
VOCABULARY = ("[PAD]", "[UNK]", "the", "of", "film")


def images(channels):
    return DatasetSplits(LabeledDataset(np.zeros((2, channels, 10, 12), np.uint8), LABELS, IDS, ("a", "b")))


def tokens():
    train = LabeledDataset(np.zeros((2, 20), np.int32), LABELS, IDS, ("a", "b"))
    return DatasetSplits(train, vocabulary=VOCABULARY, texts=("x", "y"))


def draw(splits, source="auto", root=None, *, count=5, seed=0):
    return open_foreign_inputs(splits, source, root).draw(count, np.random.default_rng(seed))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("source", ["auto", "photographs", "digits"])
def test_foreign_images_have_the_form_of_the_data_set(channels, source):
    drawn = draw(images(channels), source).inputs
    assert drawn.shape == (5, channels, 10, 12)
    assert drawn.dtype == np.uint8
    assert drawn.std(axis=(1, 2, 3)).min() > 0


def test_crops_are_the_same_for_the_same_seed_and_differ_among_each_other():
    first, again, other = (draw(images(1), seed=seed).inputs for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(np.unique(first.reshape(5, -1), axis=0)) == 5


def test_foreign_images_are_resized_with_bicubic_and_made_grey():
    pixels = np.random.default_rng(0).integers(0, 256, (1, 3, 8, 8), dtype=np.uint8)
    drawn = ForeignImages(pixels, (1, 5, 4)).draw(1, np.random.default_rng(0)).inputs
    grey = Image.fromarray(pixels[0].transpose(1, 2, 0).copy()).convert("L")
    np.testing.assert_array_equal(drawn[0, 0], np.asarray(grey.resize((4, 5), Image.Resampling.BICUBIC)))


def test_foreign_images_come_without_repetition_while_there_are_enough():
    pixels = np.arange(20, dtype=np.uint8)[:, None, None, None].repeat(4, axis=2).repeat(4, axis=3)
    source = ForeignImages(pixels, (1, 4, 4))
    assert len(set(source.draw(20, np.random.default_rng(0)).inputs[:, 0, 0, 0])) == 20
    assert len(source.draw(50, np.random.default_rng(0)).inputs) == 50


def test_a_folder_of_images_may_be_the_source(tmp_path):
    (tmp_path / "train/x").mkdir(parents=True)
    Image.new("RGB", (30, 40), (200, 200, 200)).save(tmp_path / "train/x/a.png")
    Image.new("L", (31, 41), 200).save(tmp_path / "train/x/b.png")
    assert (draw(images(1), "image_folder", str(tmp_path)).inputs == 200).all()


def test_an_npz_file_may_be_the_source(tmp_path):
    np.savez(tmp_path / "x.npz", inputs=np.full((3, 9, 9), 50, np.uint8), labels=[0, 0, 0])
    assert (draw(images(3), "npz", str(tmp_path / "x.npz")).inputs == 50).all()


def test_an_npz_file_without_images_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", inputs=np.zeros((3, 9)), labels=[0, 0, 0])
    with pytest.raises(DataError, match=r"fault\.source=npz .* has no images"):
        draw(images(3), "npz", str(tmp_path / "x.npz"))


def test_a_missing_source_names_the_settings_of_the_fault(tmp_path):
    with pytest.raises(DataError, match=r"fault\.source=npz, fault\.source_root=.*nowhere.npz"):
        draw(images(1), "npz", str(tmp_path / "nowhere.npz"))


def test_real_mnist_may_be_the_source(real_data):
    assert draw(images(3), "mnist", str(real_data("mnist"))).inputs.shape == (5, 3, 10, 12)


@pytest.mark.parametrize("source", ["auto", "descriptions"])
def test_foreign_texts_are_passages_of_300_characters(source):
    pytest.importorskip("tokenizers")
    drawn = draw(tokens(), source)
    assert [len(text) for text in drawn.texts] == [300] * 5
    assert len(set(drawn.texts)) == 5
    np.testing.assert_array_equal(drawn.inputs, encode_texts(drawn.texts, VOCABULARY, 20))


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.txt", "the film\n\n" + "a" * 500 + "\n"), ("x.csv", "review,sentiment\nthe film,1\n" + "a" * 500 + ",0\n")],
)
def test_texts_may_come_from_a_file(tmp_path, name, content):
    pytest.importorskip("tokenizers")
    (tmp_path / name).write_text(content)
    drawn = draw(tokens(), "texts", str(tmp_path / name), count=2)
    assert set(drawn.texts) == {"the film", "a" * 300}
    assert drawn.inputs[drawn.texts.index("the film"), :3].tolist() == [2, 4, 0]


def test_a_csv_file_without_a_column_of_texts_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="has the columns 'a, b', expected one named text or review"):
        draw(tokens(), "texts", str(tmp_path / "x.csv"))


def test_a_missing_or_empty_file_of_texts_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"does not exist: set fault\.source_root"):
        draw(tokens(), "texts", str(tmp_path / "x.txt"))
    (tmp_path / "x.txt").write_text("\n \n")
    with pytest.raises(DataError, match="holds no texts"):
        draw(tokens(), "texts", str(tmp_path / "x.txt"))


@pytest.mark.parametrize(("splits", "source"), [(images(1), "descriptions"), (tokens(), "photographs")])
def test_a_source_of_another_kind_is_one_sentence(splits, source):
    with pytest.raises(ConfigError, match=rf"fault\.source={source}: expected auto or, for (images|texts), one of"):
        draw(splits, source)


@pytest.mark.parametrize(("splits", "source"), [(images(1), "npz"), (images(1), "image_folder"), (tokens(), "texts")])
def test_a_source_that_needs_a_place_asks_for_it(splits, source):
    with pytest.raises(ConfigError, match=rf"fault\.source={source} needs a place: set fault\.source_root"):
        draw(splits, source)


@pytest.mark.parametrize("inputs", [np.zeros((2, 3), np.float32), np.zeros((2, 3), np.int32)])
def test_inputs_that_are_neither_images_nor_texts_have_no_foreign_ones(inputs):
    splits = DatasetSplits(LabeledDataset(inputs, LABELS, IDS, ("a", "b")))
    with pytest.raises(ConfigError, match="take a label fault"):
        draw(splits)
