"""Which samples a CSV file has."""

import csv
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


def test_a_label_that_is_no_class_is_named_with_its_lines_and_the_ways_on(table, tmp_path):
    (tmp_path / "names.json").write_text('["World", "Sports"]')
    path = table("text,kind\na,World\nb,wrold\nc,Sports\nd,wrold\n")
    with pytest.raises(DataError) as raised:
        list_table(path, label_column="kind", classes_file=tmp_path / "names.json")
    assert str(raised.value) == (
        f"the label 'wrold' in the column 'kind' of {path}, in 2 rows (lines 3, 5), is no class of "
        f"{tmp_path / 'names.json'}, which names World, Sports: mend the label, add it there or remove its samples"
    )
    path = table("text,label\na,World\nb,wrold\nc,Sprots\n")
    with pytest.raises(
        DataError, match=r"'Sprots' .* in 1 row \(line 4\), and 1 other are no classes of .*: mend the l"
    ):
        list_table(path, classes_file=tmp_path / "names.json")


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (("text", "text"), "^--input_column and --label_column both name the column 'text' of .*: name two$"),
        ((None, "text"), "^--label_column names the column 'text' .* that of the inputs; .*inputs with --input_column"),
        (("label", None), "^--input_column names the column 'label' .* that of the labels; .*labels with --label_col"),
    ],
)
def test_one_column_is_not_taken_for_inputs_and_labels(table, named, sentence):
    with pytest.raises(DataError, match=sentence):
        list_table(table("text,label\na,0\nb,1\n"), input_column=named[0], label_column=named[1])


ARTICLE = "Banks plan Series events: New England banks are racing to make the most of their World Series tickets"


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (f"text,label\na,0\nb,{ARTICLE}\n", (None, None)),
        (f"text,label\na,0\nb,{ARTICLE}\n", (ARTICLE, None)),
        (f"{ARTICLE},0\n{ARTICLE},1\n", (None, None)),
        (f"{ARTICLE},0\n{ARTICLE},1\n", (ARTICLE, ARTICLE)),
        (f"{ARTICLE},0\n,1\n", (ARTICLE, "0")),
        (f"id_code,diagnosis\n{ARTICLE},0\nb,1\n", (None, None)),
    ],
)
def test_no_sentence_quotes_a_whole_article(table, tmp_path, rows, named):
    (tmp_path / "classes.json").write_text('["0", "1"]')
    with pytest.raises(DataError) as raised:
        list_table(table(rows), input_column=named[0], label_column=named[1])
    assert "Banks plan Series events" in str(raised.value) and ARTICLE[:41] not in str(raised.value)


def test_who_has_a_table_of_numbers_is_told_where_it_is_read(table):
    path = table("f1,f2,label\n0.5,1,a\n-1e3,2,b\n")
    with pytest.raises(DataError, match="table of numbers is given to Python's locate_data_faults"):
        list_table(path)
    # Named, it is what the user says: a transform may read numbers from texts.
    assert list_table(path, input_column="f1").inputs == ["0.5", "-1e3"]


def test_two_candidates_for_a_column_are_not_guessed_between(table):
    with pytest.raises(DataError, match=r"several \(text, content\)"):
        list_table(table("text,content,label\na,b,0\n"))


@pytest.mark.parametrize(
    ("text", "lines"), [("text,label\na,0\nb,\nc, \n", "lines 3, 4"), ("text,label\n,0\nb,1\n", "line 2")]
)
def test_blanks_are_an_error_that_names_their_lines(table, text, lines):
    with pytest.raises(DataError, match=rf"blank in \d rows? \({lines}\)"):
        list_table(table(text))


def test_a_row_of_another_length_is_an_error(table):
    with pytest.raises(DataError, match="line 3: found 3 columns, expected 2"):
        list_table(table("text,label\na,0\nb,c,1\n"))


def test_a_table_without_rows_is_an_error(table):
    with pytest.raises(DataError, match="has 1 line; expected a header and a row"):
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


def test_paths_as_windows_writes_them_are_told(table, tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("L", (2, 2)).save(tmp_path / "images" / "a.png")
    with pytest.raises(DataError, match="as Windows writes paths: replace them in the table"):
        list_table(table("path,label\nimages\\a.png,1\nimages\\b.png,2\n"))


def test_missing_files_are_an_error_above_one_percent(table, tmp_path):
    _image(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"1 of 2 files cannot be used, for example b\.png: no such file"):
        list_table(table("path,label\na.png,0\nb.png,1\n"))


ROWS = [["text", "label"], ["Hello, world; and\nall", "1,5"], ["no", "2,5"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_file_tells_what_separates_its_columns(tmp_path, separator, encoding):
    with (tmp_path / "data.csv").open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=separator).writerows(ROWS)
    listing = list_table(tmp_path / "data.csv")
    assert listing.inputs == ["Hello, world; and\nall", "no"]
    assert listing.given_names == ["1,5", "2,5"]


def test_the_separator_that_excel_names_in_the_first_line_is_taken(table):
    assert list_table(table("sep=;\ntext;label\na,b;0\nc;1\n")).inputs == ["a,b", "c"]


def test_named_columns_tell_the_separator_too(table):
    path = table("id;review, raw;stars\n1;fine;5\n2;poor;1\n")
    assert list_table(path, input_column="review, raw", label_column="stars").inputs == ["fine", "poor"]


def test_quotation_marks_mean_nothing_in_a_table_by_tabs_that_does_not_close_them(table):
    path = table('text\tlabel\n"Great film\tpos\nbad\tneg\nhe said "so"\tpos\n')
    assert list_table(path).inputs == ['"Great film', "bad", 'he said "so"']


def test_a_quotation_mark_that_is_not_closed_is_an_error_and_swallows_no_rows(table):
    with pytest.raises(DataError, match="a quotation mark that is not closed"):
        list_table(table('text,label\n"Great film,pos\nbad,neg\nhe said "so",pos\nlast,neg\n'))


@pytest.mark.parametrize(("label", "also"), [("NaN", "says NaN"), ("null", "says null"), ("", "in 1 row ")])
def test_what_programs_write_for_no_label_is_none(table, label, also):
    with pytest.raises(DataError, match=rf"'label' is blank.*{also}.*line 3"):
        list_table(table(f"text,label\na,1\nb,{label}\nc,0\n"))


def test_less_usual_names_are_taken_where_both_columns_have_one(table):
    assert list_table(table("review,sentiment\na,pos\nb,neg\n")).given_names == ["pos", "neg"]
    with pytest.raises(DataError, match="found none: name it with --input_column, or put a header above"):
        list_table(table("great film,1\npoor film,0\n"))


def test_text_of_another_encoding_is_one_sentence(tmp_path):
    (tmp_path / "data.csv").write_bytes("text;label\nschön;1\n".encode("latin-1"))
    with pytest.raises(DataError, match="cannot be read as CSV in UTF-8"):
        list_table(tmp_path / "data.csv")


@pytest.mark.parametrize(("content", "what"), [(b"PK\x03\x04", "a ZIP archive"), (b"PAR1", "a Parquet table")])
def test_what_is_no_table_is_said(tmp_path, content, what):
    (tmp_path / "data.csv").write_bytes(content)
    with pytest.raises(DataError, match=f"holds {what}; expected a table as text"):
        list_table(tmp_path / "data.csv")


def test_paths_are_told_by_their_files_whatever_they_end_in(table, tmp_path):
    names = ["a.jfif", "noending", " lead.png", "a;b, c.png"]
    for name in names:
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / name, "PNG")
    rows = "".join(f'"{name}",{number % 2}\n' for number, name in enumerate([*names, "line\nbreak.png"]))
    listing = list_table(table(f"image,label\n{rows}"))
    assert listing.kind == "images"
    assert listing.sample_ids == names
    assert [name for name, _ in listing.left_out] == [r"line\nbreak.png"]


def test_names_without_their_endings_are_said_to_be_no_files(table):
    with pytest.raises(DataError, match="'id_code' holds no paths of images, for example 'a1'"):
        list_table(table("id_code,diagnosis\na1,0\na2,1\n"))
