import math

import numpy as np
import pytest

from faultloc.evaluation import baselines

LOGITS = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 1.0, 1.0]], dtype=np.float32)
LABELS = np.array([0, 2, 1])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5]], dtype=np.float32)


def test_the_margin_is_the_best_other_logit_minus_the_given_one() -> None:
    assert baselines.label_margin(LOGITS, LABELS).tolist() == [-1, 2, 0]


def test_the_margin_leaves_the_logits_as_they_are() -> None:
    before = LOGITS.copy()
    baselines.label_margin(LOGITS, LABELS)
    assert (before == LOGITS).all()


def test_self_confidence_reads_the_given_label() -> None:
    assert baselines.self_confidence(PROBABILITIES, LABELS) == pytest.approx([-0.7, 0, -0.25])


def test_self_confidence_tells_very_small_probabilities_apart() -> None:
    small = np.array([[1e-20, 1.0], [1e-30, 1.0]], dtype=np.float32)
    first, second = baselines.self_confidence(small, np.array([0, 0]))
    assert first < second


def test_max_probability_suspects_the_unsure_samples() -> None:
    assert baselines.max_probability(PROBABILITIES) == pytest.approx([-0.7, -1, -0.5])


def test_deep_gini_is_one_minus_the_sum_of_squares() -> None:
    expected = [1 - (0.49 + 0.04 + 0.01), 0, 1 - (0.0625 + 0.0625 + 0.25)]
    assert baselines.deep_gini(PROBABILITIES) == pytest.approx(expected, abs=1e-6)


def test_entropy_takes_zero_times_its_logarithm_as_zero() -> None:
    first = -(0.7 * math.log(0.7) + 0.2 * math.log(0.2) + 0.1 * math.log(0.1))
    assert baselines.entropy(PROBABILITIES) == pytest.approx([first, 0, 1.5 * math.log(2)], abs=1e-6)


def test_loss_and_self_confidence_order_the_samples_alike() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(50, 4))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = generator.integers(0, 4, 50)
    loss = -np.log(probabilities[np.arange(50), labels])
    values = baselines.baseline_suspiciousness(logits, probabilities, loss, labels, generator)
    assert (np.argsort(values["loss"]) == np.argsort(values["self_confidence"])).all()
    assert set(values) == {
        "random",
        "loss",
        "margin",
        "max_probability",
        "deep_gini",
        "entropy",
        "self_confidence",
    }
