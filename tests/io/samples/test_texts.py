"""Texts as token ids: by a list of words, or by a tokenizer's file."""

import json

import pytest

from faultloc.errors import DataError
from faultloc.io.samples import list_table, order_classes, store_samples
from faultloc.io.samples.form import SampleForm
from faultloc.io.samples.texts import read_vocabulary
from faultloc.io.stores.dataset_store import load_texts, load_train


def stored(folder, listing, form=None):
    return store_samples(folder, listing, order_classes(listing, len(listing.class_names)), form or SampleForm())


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("text,label\nthe cat sat,animal\nthe stock fell today,money\n")
    return list_table(path)


@pytest.mark.parametrize("first", [("[PAD]", "[UNK]"), ("<pad>", "<unk>"), ("", "?")])
def test_texts_are_token_ids_by_the_words_of_a_list(texts, tmp_path, first):
    (tmp_path / "words.json").write_text(json.dumps([*first, "the", "cat", "stock"]))
    words, tokenizer = read_vocabulary(tmp_path / "words.json")
    stored(tmp_path / "kept", texts, SampleForm(vocabulary=words, tokenizer=tokenizer, max_tokens=3))
    assert load_train(tmp_path / "kept").inputs.tolist() == [[2, 3, 1], [2, 4, 1]]
    assert load_texts(tmp_path / "kept") == ("the cat sat", "the stock fell today")


def test_texts_are_token_ids_by_a_tokenizer_file(texts, tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    made = Tokenizer(WordLevel({"<unk>": 7, "the": 5, "cat": 9}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    words, tokenizer = read_vocabulary(tmp_path / "tokenizer.json")
    stored(tmp_path / "kept", texts, SampleForm(vocabulary=words, tokenizer=tokenizer, max_tokens=4))
    assert load_train(tmp_path / "kept").inputs.tolist() == [[5, 9, 7, 0], [5, 7, 7, 7]]


def test_a_tokenizer_file_that_pads_by_another_number_is_followed(texts, tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    made = Tokenizer(WordLevel({"<unk>": 0, "the": 1, "<pad>": 2}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.enable_padding(pad_id=2, pad_token="<pad>")
    words, tokenizer = (), made.to_str()
    stored(tmp_path / "kept", texts, SampleForm(vocabulary=words, tokenizer=tokenizer, max_tokens=5))
    assert load_train(tmp_path / "kept").inputs.tolist() == [[1, 0, 0, 2, 2], [1, 0, 0, 0, 2]]


def test_a_tokenizer_file_without_its_unknown_word_is_one_sentence(texts, tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    form = SampleForm(tokenizer=Tokenizer(WordLevel({"the": 0}, unk_token="[UNK]")).to_str(), max_tokens=5)
    with pytest.raises(DataError, match="the tokenizer file cannot read the texts"):
        stored(tmp_path / "kept", texts, form)


def test_words_that_no_text_has_are_an_error(texts, tmp_path):
    with pytest.raises(DataError, match="not one word of the texts is in the vocabulary.*lower case"):
        stored(tmp_path / "kept", texts, SampleForm(vocabulary=("", "?", "The", "CAT"), max_tokens=5))


def test_a_word_that_comes_twice_is_named(tmp_path):
    (tmp_path / "words.json").write_text(json.dumps(["[PAD]", "[UNK]", "the", "cat", "the"]))
    with pytest.raises(DataError, match="has the word 'the' 2 times"):
        read_vocabulary(tmp_path / "words.json")


def test_texts_without_a_vocabulary_are_an_error(texts, tmp_path):
    with pytest.raises(DataError, match="--vocabulary"):
        stored(tmp_path / "kept", texts)


@pytest.mark.parametrize("content", ["{", "[]", '["word"]', "[1, 2]", '{"words": []}'])
def test_a_vocabulary_of_another_form_is_an_error(tmp_path, content):
    (tmp_path / "words.json").write_text(content)
    with pytest.raises(DataError, match="expected a JSON list of words"):
        read_vocabulary(tmp_path / "words.json")
