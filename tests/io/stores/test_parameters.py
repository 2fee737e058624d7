import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.datasets import read_image_folder
from faultloc.io.stores.dataset_store import load_split, save_dataset
from faultloc.io.stores.parameters import load_folder_parameters, load_parameters, save_parameters
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

IDS = np.array(["train/a, b/ü.png", "train/00001", '"quoted"'])
PARAMETERS = {"angle": np.array([0.1 + 0.2, -1e-17, 12345678.9]), "mark": np.array([np.nan, 4.0, np.nan])}


def dataset(parameters):
    return LabeledDataset(np.zeros((3, 1, 2, 2), np.uint8), np.array([0, 1, 0]), IDS, ["x", "y"], parameters=parameters)


def test_parameters_come_back_to_the_last_digit_with_what_does_not_apply(tmp_path):
    save_parameters(tmp_path, IDS, PARAMETERS)
    loaded = load_parameters(tmp_path, IDS)
    assert list(loaded) == ["angle", "mark"]
    for name, values in PARAMETERS.items():
        np.testing.assert_array_equal(loaded[name], values)


def test_the_table_has_the_id_first_and_nothing_where_a_parameter_does_not_apply(tmp_path):
    save_parameters(tmp_path, np.array(["b", "a"]), {"angle": np.array([1.5, 2.0]), "mark": np.array([np.nan, 4.0])})
    assert (tmp_path / "parameters.csv").read_bytes() == b"sample_id,angle,mark\nb,1.5,\na,2.0,4.0\n"


def test_parameters_follow_the_ids_not_the_rows(tmp_path):
    save_parameters(tmp_path, IDS, PARAMETERS)
    np.testing.assert_array_equal(load_parameters(tmp_path, IDS[::-1])["angle"], PARAMETERS["angle"][::-1])


def test_a_split_is_stored_with_its_parameters(tmp_path):
    save_dataset(tmp_path, DatasetSplits(dataset({}), test=dataset(PARAMETERS)))
    assert load_split(tmp_path / "train").parameters == {}
    np.testing.assert_array_equal(load_split(tmp_path / "test").parameters["mark"], PARAMETERS["mark"])


def test_a_split_without_parameters_leaves_no_table_of_the_one_before(tmp_path):
    save_dataset(tmp_path, DatasetSplits(dataset(PARAMETERS)))
    save_dataset(tmp_path, DatasetSplits(dataset({})))
    assert not list(tmp_path.rglob("parameters.csv"))


def test_selected_samples_keep_their_parameters():
    chosen = dataset(PARAMETERS).select(np.array([2, 0]))
    np.testing.assert_array_equal(chosen.parameters["angle"], PARAMETERS["angle"][[2, 0]])


def test_a_parameter_has_one_value_a_sample():
    with pytest.raises(DataError, match="3 samples and 2 values of the parameter angle"):
        dataset({"angle": np.array([1.0, 2.0])})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sample_id,angle\na,1\n", r"has no row for 1 of 2 samples, for example b: add them to the column sample_id"),
        ("sample_id,angle\na,1\nb,2\nc,3\n", r"line 4 of .* is about 'c', which is no sample of the split"),
        ("sample_id,angle\na,1\nb,2\na,3\n", r"line 4 of .* is about 'a', as line 2 is: keep one of the two rows"),
        ("sample_id,angle\na,1\nb,east\n", r"line 3 of .* has 'east' for angle; expected a number, or nothing"),
        ("sample_id,angle\na,1\nb,nan\n", r"line 3 of .* has 'nan' for angle; expected a number, or nothing"),
        ("sample_id,angle\na,1\nb,inf\n", r"line 3 of .* has 'inf' for angle"),
        ("sample_id,angle\na,1\nb,2,3\n", r"line 3 of .* has 3 fields; expected 2, as in its heading"),
        ("name,angle\na,1\nb,2\n", r"begins with the columns name, angle; expected sample_id and the names"),
        ("sample_id\na\nb\n", r"begins with the columns sample_id; expected sample_id and the names of one or more"),
        ("sample_id,angle,angle\na,1,1\nb,2,2\n", r"begins with the columns sample_id, angle, angle; .* each once"),
        ("sample_id,\na,1\nb,2\n", r"begins with the columns sample_id, ; expected"),
        ("", r"begins with the columns \(none\); expected sample_id"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path, text, sentence):
    (tmp_path / "parameters.csv").write_text(text)
    with pytest.raises(DataError, match=sentence) as refused:
        load_parameters(tmp_path, np.array(["a", "b"]))
    assert "\n" not in str(refused.value)


def test_a_table_that_is_no_text_is_one_sentence(tmp_path):
    (tmp_path / "parameters.csv").write_bytes(b"sample_id,angle\n\xff\xfe,1\n")
    with pytest.raises(DataError, match="cannot be read as CSV in UTF-8"):
        load_parameters(tmp_path, np.array(["a"]))


@pytest.fixture
def folder(tmp_path):
    """A data set in folders with two classes of two pictures, and a table in another order."""
    from PIL import Image

    for name in ("go", "stop"):
        (tmp_path / "train" / name).mkdir(parents=True)
        for number in range(2):
            Image.new("L", (8, 8), number).save(tmp_path / "train" / name / f"{number}.png")
    (tmp_path / "train/parameters.csv").write_text("angle,image\n3,stop/1.png\n0,go/0.png\n,go/1.png\n2,stop/0.png\n")
    return tmp_path


def test_a_table_beside_a_folders_pictures_is_matched_by_their_paths(folder):
    train = read_image_folder(root=str(folder)).train
    assert train.sample_ids.tolist() == ["train/go/0.png", "train/go/1.png", "train/stop/0.png", "train/stop/1.png"]
    np.testing.assert_array_equal(train.parameters["angle"], [0, np.nan, 2, 3])


def test_where_the_class_folders_lie_in_the_root_the_table_does_too(folder):
    train = read_image_folder(root=str(folder / "train"), image_set=".").train
    np.testing.assert_array_equal(train.parameters["angle"], [0, np.nan, 2, 3])


def test_a_folder_without_a_table_has_no_parameters(folder):
    (folder / "train/parameters.csv").unlink()
    assert read_image_folder(root=str(folder)).train.parameters == {}


def test_a_row_of_a_picture_that_was_left_out_is_no_mistake(folder):
    loaded = load_folder_parameters(folder, "train", ["train/stop/1.png", "train/go/0.png"])
    assert loaded["angle"].tolist() == [3, 0]


def test_a_row_of_a_picture_that_is_not_there_is_one_sentence(folder):
    with (folder / "train/parameters.csv").open("a") as file:
        file.write("1,train/go/0.png\n")
    with pytest.raises(DataError, match=r"line 6 of .* is about 'train/go/0.png', which is not in .*/train: write"):
        read_image_folder(root=str(folder))


def test_a_picture_without_a_row_is_one_sentence(folder):
    (folder / "train/parameters.csv").write_text("image,angle\ngo/0.png,1\n")
    with pytest.raises(DataError, match="has no row for 3 of 4 samples, for example train/go/1.png"):
        read_image_folder(root=str(folder))
