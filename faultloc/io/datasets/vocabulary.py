"""Words and their numbers, by Hugging Face's tokenizers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int32

from faultloc.errors import MissingPackageError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING = "[PAD]"  # id 0
UNKNOWN = "[UNK]"  # id 1


def build_vocabulary(texts: Sequence[str], vocabulary_size: int) -> tuple[str, ...]:
    """The most frequent words of ``texts``, lowercased, most frequent first and ties in alphabetical order.

    The first two are padding and unknown and count as words: there are at most ``vocabulary_size``.

    Raises:
        MissingPackageError: ``tokenizers`` is not installed.
    """
    tokenizer = _tokenizer({}, UNKNOWN)
    from tokenizers.trainers import WordLevelTrainer

    trainer = WordLevelTrainer(
        vocab_size=vocabulary_size, special_tokens=[PADDING, UNKNOWN], min_frequency=0, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    numbers = tokenizer.get_vocab()
    return tuple(sorted(numbers, key=numbers.__getitem__))


def encode_texts(texts: Sequence[str], vocabulary: Sequence[str], max_tokens: int) -> Int32[np.ndarray, "sample step"]:
    """The ids of the first ``max_tokens`` words of each text, then 0 as padding; 1 stands for unknown words.

    ``vocabulary``: the words by their ids; the first two may have any name.

    Raises:
        MissingPackageError: ``tokenizers`` is not installed.
    """
    tokenizer = _tokenizer({word: number for number, word in enumerate(vocabulary)}, vocabulary[1])
    tokens = np.zeros((len(texts), max_tokens), dtype=np.int32)
    for row, encoding in zip(tokens, tokenizer.encode_batch(list(texts)), strict=True):
        numbers = encoding.ids[:max_tokens]
        row[: len(numbers)] = numbers
    return tokens


def _tokenizer(numbers: dict[str, int], unknown: str) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer
        from tokenizers.models import WordLevel
        from tokenizers.normalizers import Lowercase
        from tokenizers.pre_tokenizers import Whitespace
    except ModuleNotFoundError as error:
        raise MissingPackageError("tokenizers", "reading text", extra="text") from error
    tokenizer = Tokenizer(WordLevel(numbers, unk_token=unknown))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()  # runs of letters and digits, runs of punctuation
    return tokenizer
