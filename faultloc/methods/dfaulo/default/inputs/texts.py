"""What texts tell of their labels: word by word, and along the directions in which their words vary most."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax

from faultloc.methods.dfaulo.default.inputs.numbers import some_of
from faultloc.methods.dfaulo.default.inputs.ridge import LeftOutAnswers, left_out_answers
from faultloc.methods.dfaulo.default.inputs.words import WordDirections, left_out_words, words_of
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# A regression on more directions tells little more of ten thousand texts; on a direction for each few texts it would
# learn each of them by heart.
_MOST_DIRECTIONS, _TEXTS_A_DIRECTION = 512, 8
# Enough to fit two numbers by.
_SOME_LABELS = 20_000


def read_texts(
    tokens: Int[np.ndarray, "sample token"],
    labels: Int[np.ndarray, "sample"],
    classes: int,
    generator: np.random.Generator,
    *,
    directions: int,
    allocate: Allocate = allocate_in_memory,
) -> LeftOutAnswers:
    """What naive Bayes and a ridge regression on all other texts say of each, weighed so that labels are likeliest.

    ``principal`` are the texts along the first ``directions``, not divided by their spread.

    The one takes words for independent, and is good with few texts; the other one sees which words come together, and
    needs thousands. A weight is at least 0: what tells nothing has no say.
    """
    words = words_of(tokens)
    scores = left_out_words(words, labels, classes)
    regressed = min(_MOST_DIRECTIONS, max(len(labels) // _TEXTS_A_DIRECTION, 1))
    along = WordDirections.of(words, max(regressed, directions), generator)
    answers = left_out_answers(along.first(regressed), labels, classes, directions=1, allocate=allocate)
    weights = _likeliest_weights((scores, answers.scores), labels)
    for rows in blocks_of_rows(*scores.shape):
        scores[rows] = weights[0] * scores[rows] + weights[1] * answers.scores[rows]
    return LeftOutAnswers(scores, along.first(directions)(np.arange(len(labels))), answers.error)


def _likeliest_weights(
    scores: tuple[Float[np.ndarray, "sample class"], ...], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "_"]:
    some = some_of(len(labels), _SOME_LABELS).numpy()
    given, row = labels[some], np.arange(len(some))
    prior = np.log(np.maximum(np.bincount(labels, minlength=scores[0].shape[1]), 0.5) / len(labels))
    centred = np.stack([each[some].astype(np.float64) - each[some].mean(axis=0, dtype=np.float64) for each in scores])
    # The search is the same whatever the scores' units.
    units = np.maximum(centred.std(axis=(1, 2)), 1e-12)
    centred /= units[:, None, None]

    def cost(weights: np.ndarray) -> tuple[float, np.ndarray]:
        said = log_softmax(np.tensordot(weights, centred, 1) + prior, axis=1)
        pulled = np.exp(said)
        pulled[row, given] -= 1
        return -float(said[row, given].mean()), (centred * pulled).sum(axis=(1, 2)) / len(some)

    found = minimize(cost, np.ones(len(scores)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(scores))
    return (found.x / units).astype(np.float32)
