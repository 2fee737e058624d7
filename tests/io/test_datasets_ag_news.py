import gzip
import sys

import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError, MissingPackageError
from faultloc.io.datasets import read_ag_news
from faultloc.io.datasets.vocabulary import build_vocabulary, encode_texts

pytest.importorskip("tokenizers")

ORIGINAL = (
    '"3","Oil up","Oil is up, ""again"""\n"4","Chips","Chips are up"\n"1","War","War ends"\n"2","Goal","A goal"\n'
)
WITH_HEADER = 'label,text\n2,"Oil up Oil is up, ""again"""\n3,Chips Chips are up\n0,War War ends\n1,Goal A goal\n'


@pytest.mark.parametrize("content", [ORIGINAL, WITH_HEADER])
@pytest.mark.parametrize("name", ["train.csv", "train_subset.csv", "train_mine.csv"])
@pytest.mark.parametrize("gzipped", [True, False])
def test_both_forms_are_read_under_all_names(tmp_path, content, name, gzipped):
    if gzipped:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    else:
        (tmp_path / name).write_text(content)
    splits = read_ag_news(root=str(tmp_path), max_tokens=5)
    assert splits.texts[0] == 'Oil up Oil is up, "again"'
    assert splits.train.labels.tolist() == [2, 3, 0, 1]
    assert splits.train.class_names == ("World", "Sports", "Business", "Sci/Tech")
    assert splits.train.inputs.shape == (4, 5)
    assert splits.test is None


def test_the_test_set_is_read_with_the_training_words(tmp_path):
    (tmp_path / "train.csv").write_text(ORIGINAL)
    (tmp_path / "test.csv").write_text('"1","War","unheard"\n')
    splits = read_ag_news(root=str(tmp_path), max_tokens=4)
    assert splits.test.inputs.tolist() == [[splits.vocabulary.index("war"), 1, 0, 0]]


def test_words_are_lowercased_frequent_first_and_ties_alphabetical():
    assert build_vocabulary(["b B a", "d c, b"], 100) == ("[PAD]", "[UNK]", "b", ",", "a", "c", "d")


def test_the_vocabulary_does_not_depend_on_the_order_of_the_texts():
    words = [f"word{index}" for index in range(200)]
    assert build_vocabulary(words, 50) == build_vocabulary(words[::-1], 50)


def test_the_vocabulary_has_at_most_the_size_that_was_asked_for():
    assert build_vocabulary(["b b a c d"], 4) == ("[PAD]", "[UNK]", "b", "a")


def test_texts_are_cut_and_padded_and_unknown_words_are_one():
    tokens = encode_texts(["a b c", "z", ""], ("[PAD]", "[UNK]", "a", "b", "c"), 2)
    assert tokens.tolist() == [[2, 3], [1, 0], [0, 0]]
    assert tokens.dtype == np.int32


def test_a_text_cannot_write_padding():
    assert 0 not in encode_texts(["[PAD]"], build_vocabulary(["[PAD] a"], 10), 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('"5","a","b"\n', r"train\.csv, line 1: found 3 columns starting with '5', expected class 1 to 4"),
        ('"1","a"\n', "line 1: found 2 columns"),
        ("class,title,text\n1,a,b\n", "line 1: found 3 columns starting with 'class'"),
        ("label,text\n0,a\nx,b\n", "line 3: found 2 columns starting with 'x', expected label 0 to 3"),
        ("label,text\n4,a\n", "expected label 0 to 3"),
    ],
)
def test_a_malformed_row_is_named(tmp_path, content, sentence):
    (tmp_path / "train.csv").write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_ag_news(root=str(tmp_path))


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"1,\xe9,x\n"])
def test_another_encoding_is_one_sentence(tmp_path, content):
    (tmp_path / "train.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"train\.csv cannot be read as CSV in UTF-8"):
        read_ag_news(root=str(tmp_path))


def test_a_damaged_gzip_file_is_one_sentence(tmp_path):
    (tmp_path / "train.csv.gz").write_bytes(gzip.compress(ORIGINAL.encode() * 50)[:-30])
    with pytest.raises(DataError, match=r"train\.csv\.gz cannot be read"):
        read_ag_news(root=str(tmp_path))


def test_a_missing_file_says_where_the_data_come_from(tmp_path):
    with pytest.raises(DataError, match=r"has no train\.csv; there is no download: .*ag_news_csv"):
        read_ag_news(root=str(tmp_path))


def test_two_possible_training_files_are_refused(tmp_path):
    for name in ("train_a.csv", "train_b.csv"):
        (tmp_path / name).write_text(ORIGINAL)
    with pytest.raises(DataError, match=r"holds 2 files train\*\.csv, expected one"):
        read_ag_news(root=str(tmp_path))


@pytest.mark.parametrize("option", ["vocabulary_size", "max_tokens"])
def test_impossible_sizes_are_refused(tmp_path, option):
    with pytest.raises(ConfigError, match=f"dataset.{option}=0"):
        read_ag_news(root=str(tmp_path), **{option: 0})


def test_without_tokenizers_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingPackageError, match=r"'tokenizers'.*faultloc\[text\]"):
        build_vocabulary(["a"], 10)


def test_the_real_ag_news_is_read(real_data):
    splits = read_ag_news(root=str(real_data("ag_news")))
    assert np.bincount(splits.train.labels).tolist() == [4719, 4808, 4736, 4638]
    assert np.bincount(splits.test.labels).tolist() == [1900] * 4
    assert len(splits.vocabulary) == 20000
    assert splits.train.inputs.max() == 19999
