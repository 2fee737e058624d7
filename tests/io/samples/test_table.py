"""Which samples a CSV file has."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.samples import list_table


@pytest.fixture
def table(tmp_path):
    def write(text: str, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_texts_and_labels_are_found_by_the_usual_names(table):
    listing = list_table(table('id,Text,Label\n1,"good, really",pos\n2,bad,neg\n'))
    assert listing.kind == "texts"
    assert listing.inputs == ["good, really", "bad"]
    assert listing.given_names == ["pos", "neg"]
    assert listing.sample_ids == ["row/00000", "row/00001"]
    assert listing.class_names == ("neg", "pos")


def test_columns_of_other_names_are_named(table):
    path = table("review,stars\nfine,5\npoor,1\n")
    with pytest.raises(DataError, match="found none: name it with --input_column"):
        list_table(path)
    listing = list_table(path, input_column="review", label_column="stars")
    assert listing.given_names == ["5", "1"]
    with pytest.raises(DataError, match="has no column 'reviews'"):
        list_table(path, input_column="reviews", label_column="stars")


def test_two_candidates_for_a_column_are_not_guessed_between(table):
    with pytest.raises(DataError, match=r"several \(text, content\)"):
        list_table(table("text,content,label\na,b,0\n"))


@pytest.mark.parametrize(
    ("text", "lines"), [("text,label\na,0\nb,\nc, \n", "lines 3, 4"), ("text,label\n,0\nb,1\n", "line 2")]
)
def test_blanks_are_an_error_that_names_their_lines(table, text, lines):
    with pytest.raises(DataError, match=rf"blank in \d rows \({lines}\)"):
        list_table(table(text))


def test_a_row_of_another_length_is_an_error(table):
    with pytest.raises(DataError, match="line 3: found 3 columns, expected 2"):
        list_table(table("text,label\na,0\nb,c,1\n"))


def test_a_table_without_rows_is_an_error(table):
    with pytest.raises(DataError, match="expected a header and a row"):
        list_table(table("text,label\n"))


def _image(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(path)


def test_paths_are_read_from_the_folder_of_the_table(table, tmp_path):
    _image(tmp_path / "images/a.png")
    _image(tmp_path / "b.PNG")
    listing = list_table(table("path,label\nimages/a.png,0\nb.PNG,1\n"))
    assert listing.kind == "images"
    assert listing.inputs == [tmp_path / "images/a.png", tmp_path / "b.PNG"]
    assert listing.sample_ids == ["images/a.png", "b.PNG"]


def test_the_same_path_twice_is_an_error_also_when_it_is_spelt_differently(table, tmp_path):
    _image(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"line 3: the path \./a\.png stands in line 2 already"):
        list_table(table("path,label\na.png,0\n./a.png,1\n"))


def test_a_path_out_of_the_folder_is_not_read(table, tmp_path):
    _image(tmp_path / "data/a.png")
    _image(tmp_path / "secret.png")
    rows = "".join(f"{number}.png,{number % 2}\n" for number in range(99))
    for number in range(99):
        _image(tmp_path / f"data/{number}.png")
    path = table(f"path,label\n{rows}../secret.png,0\n", "data/data.csv")
    listing = list_table(path)
    assert len(listing) == 99
    assert listing.skipped == (("../secret.png", "a path that leads out of the data set"),)


def test_missing_files_are_an_error_above_one_percent(table, tmp_path):
    _image(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"1 of 2 files cannot be used, for example b\.png: no such file"):
        list_table(table("path,label\na.png,0\nb.png,1\n"))
