"""Texts as the token ids that a model takes."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int32

from faultloc.errors import DataError, MissingPackageError
from faultloc.io.datasets.vocabulary import encode_texts
from faultloc.io.samples.form import SampleForm

_EXPECTED = (
    "expected a JSON list of words, the position of a word being its token id (0 is padding, 1 stands for unknown "
    "words, whatever their names), a file with such a list as "
    "\"vocabulary\" (as the pipeline's data/dataset/text.json), or Hugging Face's tokenizer.json"
)


def read_vocabulary(path: Path) -> tuple[tuple[str, ...], str]:
    """The words of the file at ``path``, or else the text of the Hugging Face tokenizer that it holds.

    Raises:
        DataError: the file is missing or holds neither.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as JSON ({error}): {_EXPECTED}") from error
    if isinstance(content, dict) and "model" in content:
        return (), text
    words = content.get("vocabulary") if isinstance(content, dict) else content
    if not isinstance(words, list) or len(words) < 2 or not all(isinstance(word, str) for word in words):
        raise DataError(f"{path} holds something else: {_EXPECTED}")
    twice = [word for word, count in Counter(words).items() if count > 1]
    if twice:
        times = words.count(twice[0])
        raise DataError(f"{path} has the word {twice[0]!r} {times} times; expected each once: {_EXPECTED}")
    return tuple(words), ""


def encode_texts_of(texts: Sequence[str], form: SampleForm) -> Int32[np.ndarray, "sample step"]:
    """The token ids of each text, as ``form`` says.

    Raises:
        DataError: nothing says which number a word has.
        MissingPackageError: `tokenizers` is not installed.
    """
    if form.vocabulary:
        tokens = encode_texts(texts, form.vocabulary, form.max_tokens)
        if len(texts) > 1 and (tokens <= 1).all():  # one text alone may well have none
            raise DataError(
                "not one word of the texts is in the vocabulary; expected the model's own words, in lower case, as the "
                "texts are read so: give them with --vocabulary"
            )
        return tokens
    if form.tokenizer:
        return _by_tokenizer(texts, form.tokenizer, form.max_tokens)
    raise DataError(
        "the inputs are texts, and nothing says how the model reads them: give its words with --vocabulary "
        f"({_EXPECTED}), or code of your own with --transform package.module:function"
    )


def _by_tokenizer(texts: Sequence[str], tokenizer: str, max_tokens: int) -> Int32[np.ndarray, "sample step"]:
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise MissingPackageError("tokenizers", "reading text", extra="text") from error
    try:
        coder = Tokenizer.from_str(tokenizer)
    except Exception as error:  # tokenizers raises bare exceptions
        raise DataError(f"the tokenizer file is none of Hugging Face's ({error}): {_EXPECTED}") from error
    padding = (coder.padding or {}).get("pad_id", 0)
    coder.no_padding()
    coder.enable_truncation(max_tokens)
    tokens = np.full((len(texts), max_tokens), padding, dtype=np.int32)
    try:
        encoded = coder.encode_batch(list(texts))
    except Exception as error:
        raise DataError(f"the tokenizer file cannot read the texts ({error}): {_EXPECTED}") from error
    for row, encoding in zip(tokens, encoded, strict=True):
        row[: len(encoding.ids)] = encoding.ids
    return tokens
