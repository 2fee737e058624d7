import numpy as np
import pytest
from scipy.special import log_softmax

from faultloc.methods.dfaulo.default.inputs.ridge import left_out_answers
from faultloc.methods.dfaulo.default.inputs.texts import read_texts
from faultloc.methods.dfaulo.default.inputs.words import WordDirections, left_out_words, words_of
from faultloc.subject.shared_arrays import allocate_in_memory


def texts_with_words_that_come_together(samples, seed=0):
    """Twenty words that are all there or none of them, as two of three labels say; four others, each right of four in
    five."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, samples)
    together = np.where(rng.random(samples) < 0.67, labels, 1 - labels)
    alone = np.where(rng.random((samples, 4)) < 0.8, labels[:, None], 1 - labels[:, None])
    block = np.where(together[:, None] == 1, np.arange(1, 21), np.arange(21, 41))
    others = 41 + 2 * np.arange(4) + alone
    return np.concatenate([block, others], axis=1), labels


def read(tokens, labels, directions=5):
    return read_texts(tokens, labels, 2, np.random.default_rng(0), directions=directions)


def test_words_that_come_together_do_not_count_as_so_many_reasons():
    tokens, labels = texts_with_words_that_come_together(2000)
    by_words = left_out_words(words_of(tokens), labels, 2).argmax(axis=1) == labels
    both = read(tokens, labels).scores.argmax(axis=1) == labels
    assert by_words.mean() < 0.75
    # The best that can be done with five reasons of .8 (four) and .67 (one) is .9.
    assert both.mean() > 0.85


def likelihood(weights, opinions, labels):
    prior = np.log(np.bincount(labels) / len(labels))
    said = log_softmax(sum(weight * each for weight, each in zip(weights, opinions, strict=True)) + prior, axis=1)
    return said[np.arange(len(labels)), labels].mean()


def test_no_other_weights_make_the_labels_likelier():
    tokens, labels = texts_with_words_that_come_together(400)
    words = words_of(tokens)
    along = WordDirections.of(words, 50, np.random.default_rng(0))
    opinions = [left_out_words(words, labels, 2), left_out_answers(along, labels, 2, directions=1).scores]
    opinions = [each - each.mean(axis=0) for each in opinions]
    found = read(tokens, labels).scores
    reached = likelihood([1.0], [found - found.mean(axis=0)], labels)
    tried = [likelihood(weights, opinions, labels) for weights in np.ndindex(5, 60)]
    scaled = [likelihood((a * 0.05, b * 0.2), opinions, labels) for a in range(6) for b in range(60)]
    assert reached >= max(*tried, *scaled) - 1e-3


def test_with_few_texts_it_is_naive_bayes():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 80)
    # Each text has three of its label's hundred words and nine of anybody's.
    tokens = np.concatenate(
        [1 + 100 * labels[:, None] + rng.integers(0, 100, (80, 3)), rng.integers(301, 900, (80, 9))], 1
    )
    alone = left_out_words(words_of(tokens), labels, 3)
    both = read_texts(tokens, labels, 3, np.random.default_rng(0), directions=5).scores
    right = [(each.argmax(axis=1) == labels).mean() for each in (alone, both)]
    assert right[1] >= right[0] - 0.03


@pytest.mark.parametrize("samples", [1, 7, 21])
def test_few_texts_and_texts_without_a_word_have_answers(samples):
    tokens, labels = np.zeros((samples, 4), int), np.arange(samples) % 2
    answers = read_texts(tokens, labels, 2, np.random.default_rng(0), directions=64, allocate=allocate_in_memory)
    assert np.isfinite(answers.scores).all()
    assert len(answers.principal) == samples
