"""What the words of a text say of its label, each text asked as if it had not been read."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_matrix, diags_array

# Of a word that a class has not: as if each class had each word so many times.
_PSEUDO_COUNT = 0.3
_PADDING = 0
_ROUNDS, _SPARE = 2, 8
_LEARNED_FROM = 20_000


def words_of(tokens: Int[np.ndarray, "sample token"]) -> csr_matrix:
    """A row a text, a column a word: 1 where the text has it. Token 0 is padding."""
    ordered = np.sort(tokens, axis=1)
    is_new = np.ones(ordered.shape, bool)
    is_new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    is_new &= ordered > _PADDING
    starts = np.concatenate([[0], np.cumsum(is_new.sum(axis=1))])
    words = ordered[is_new]
    size = int(words.max()) + 1 if len(words) else 1
    return csr_matrix((np.ones(len(words), np.float32), words, starts), shape=(len(tokens), size))


def left_out_words(
    words: csr_matrix, labels: Int[np.ndarray, "sample"], classes: int
) -> Float[np.ndarray, "sample class"]:
    """The logarithms, up to a number a text, of each label's chance by naive Bayes on all other texts.

    A text is left out by taking its own words off the counts of its label.

    Source: Schneider, "On Word Frequency Information and Negative Evidence in Naive Bayes Text Classification", 2004
    (words that are there or not, in a multinomial model).
    """
    samples, vocabulary = words.shape
    length = np.diff(words.indptr)
    row = np.repeat(np.arange(samples), length)
    scores = np.empty((samples, classes), np.float32)
    for label in range(classes):
        is_own = labels == label
        counts = np.asarray(words[is_own].sum(axis=0), np.float64).ravel()
        texts = is_own.sum()
        of_word = np.log(counts[words.indices] - is_own[row] + _PSEUDO_COUNT)
        said = np.bincount(row, weights=of_word, minlength=samples)
        total = counts.sum() - is_own * length + _PSEUDO_COUNT * vocabulary
        prior = np.log(np.maximum(texts - is_own, 0.5))
        scores[:, label] = said - length * np.log(total) + prior
    return scores


@dataclass(frozen=True)
class WordDirections:
    """The ``directions`` in which texts' words, the rare ones weighing more, vary most, the first the most.

    Called with the places of some texts, it gives these along them. ``weighted``: a row of length 1 a text.

    Source: Halko, Martinsson and Tropp, "Finding Structure with Randomness", SIAM Review 2011 (the randomised range).
    """

    weighted: csr_matrix
    directions: Float[np.ndarray, "word direction"]

    @classmethod
    def of(cls, words: csr_matrix, most: int, generator: np.random.Generator) -> "WordDirections":
        """At most ``most`` of them, from at most 20,000 texts, evenly spread."""
        words = words[:, np.unique(words.indices)]  # of ten million ids a few thousand may be there
        samples, vocabulary = words.shape
        frequency = np.asarray(words.sum(axis=0)).ravel()
        weight = np.log((1 + samples) / (1 + frequency)) + 1
        weighted = words @ diags_array(weight.astype(np.float32))
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        weighted = csr_matrix(diags_array((1 / np.maximum(length, 1e-12)).astype(np.float32)) @ weighted)
        if vocabulary == 0:
            return cls(csr_matrix((samples, 1), dtype=np.float32), np.zeros((1, 1), np.float32))
        some = weighted[np.unique(np.linspace(0, samples - 1, min(samples, _LEARNED_FROM)).astype(np.int64))]
        kept = min(most, some.shape[0], vocabulary)
        drawn = min(kept + _SPARE, some.shape[0], vocabulary)
        spanned = generator.standard_normal((vocabulary, drawn)).astype(np.float32)
        for _ in range(_ROUNDS):
            spanned, _ = np.linalg.qr(some.T @ (some @ spanned))
        seen = some @ spanned
        _, turned = np.linalg.eigh(seen.T @ seen)
        return cls(weighted, np.ascontiguousarray(spanned @ turned[:, ::-1][:, :kept]))

    def first(self, directions: int) -> "WordDirections":
        """Those of most variance alone."""
        return WordDirections(self.weighted, np.ascontiguousarray(self.directions[:, :directions]))

    def __call__(self, places: Int[np.ndarray, "row"]) -> Float[np.ndarray, "row direction"]:
        return self.weighted[places] @ self.directions
