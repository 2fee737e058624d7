import math
import tracemalloc

import numpy as np
import pytest

from faultloc.methods.dfaulo.default.inputs import words as words_module
from faultloc.methods.dfaulo.default.inputs.words import WordDirections, left_out_words, words_of


def principal_words(words, most, generator):
    return WordDirections.of(words, most, generator)(np.arange(words.shape[0]))


def some_texts(samples=40, length=12, vocabulary=30, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, samples)
    texts = rng.integers(1, vocabulary, (samples, length)) // (1 + labels[:, None])
    texts[:, -3:] = 0
    return texts.astype(np.int32), labels


def test_a_word_counts_once_and_padding_never():
    rows = words_of(np.array([[3, 3, 1, 0], [0, 0, 0, 0], [2, 1, 2, 3]]))
    assert rows.toarray().tolist() == [[0, 1, 0, 1], [0, 0, 0, 0], [0, 1, 1, 1]]


def test_each_text_is_answered_by_the_counts_of_all_others():
    texts, labels = some_texts()
    words = words_of(texts)
    said = left_out_words(words, labels, 3)
    vocabulary = words.shape[1]
    for i, text in enumerate(texts):
        expected = []
        for label in range(3):
            others = [j for j in range(len(texts)) if j != i and labels[j] == label]
            counts = [sum(word in texts[j] for j in others) for word in range(vocabulary)]
            total = sum(counts[1:]) + 0.3 * vocabulary
            terms = [math.log((counts[word] + 0.3) / total) for word in set(text.tolist()) - {0}]
            expected.append(sum(terms) + math.log(max(len(others), 0.5)))
        assert said[i] == pytest.approx(expected, rel=1e-4)


def test_the_directions_of_texts_are_those_of_a_full_decomposition():
    texts, _ = some_texts(samples=80)
    words = words_of(texts)
    found = principal_words(words, 3, np.random.default_rng(0))
    weighted = words.toarray() * (np.log((1 + 80) / (1 + words.toarray().sum(axis=0))) + 1)
    weighted /= np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-12)
    left, sizes, _ = np.linalg.svd(weighted, full_matrices=False)
    for place in range(3):
        cosine = abs(found[:, place] @ left[:, place]) / np.linalg.norm(found[:, place])
        assert cosine > 0.98
    assert np.linalg.norm(found, axis=0) == pytest.approx(sizes[:3], rel=0.02)


def test_texts_without_a_word_are_answered_by_the_frequency_of_labels():
    said = left_out_words(words_of(np.zeros((30, 5), int)), np.array([0] * 20 + [1] * 10), 2)
    assert (said.argmax(axis=1) == 0).all()


def test_ids_that_no_text_has_take_no_memory_for_directions():
    texts, _ = some_texts(samples=80)
    far = np.where(texts > 0, texts + 2_000_000, 0)
    tracemalloc.start()
    found = principal_words(words_of(far), 3, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(found, principal_words(words_of(texts), 3, np.random.default_rng(0)))
    # A number an id to find its column by, and no row of directions of each.
    assert peak < 2_000_000 * 8


def test_texts_without_a_word_lie_at_one_place():
    found = principal_words(words_of(np.zeros((30, 5), int)), 3, np.random.default_rng(0))
    assert len(found) == 30
    assert not found.any()


def test_the_first_directions_are_the_first_of_all():
    words = words_of(some_texts(samples=80)[0])
    along = WordDirections.of(words, 9, np.random.default_rng(0))
    places = np.array([4, 70, 4])
    np.testing.assert_allclose(along.first(3)(places), along(places)[:, :3], atol=1e-6)


def test_texts_beyond_those_that_directions_are_learned_from_lie_along_them_too(monkeypatch):
    words = words_of(some_texts(samples=300, vocabulary=12)[0])
    whole = principal_words(words, 4, np.random.default_rng(0))
    monkeypatch.setattr(words_module, "_LEARNED_FROM", 150)
    halved = principal_words(words, 4, np.random.default_rng(0))
    assert halved.shape == whole.shape
    # The same space, up to what half of the texts leave open.
    shared = np.linalg.svd(np.linalg.qr(whole)[0].T @ np.linalg.qr(halved)[0], compute_uv=False)
    assert shared[:2].min() > 0.97
