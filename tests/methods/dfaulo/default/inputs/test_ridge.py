import numpy as np
import pytest

from faultloc.methods.dfaulo.default.inputs import ridge
from faultloc.methods.dfaulo.default.inputs.ridge import left_out_answers


def blocks_of(features, size):
    def blocks():
        for start in range(0, len(features), size):
            yield slice(start, min(start + size, len(features))), features[start : start + size]

    return blocks


def some_data(samples=60, width=7, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, samples)
    features = rng.normal(0, [1, 2, 3, 1, 1, 0.5, 4], (samples, width)) + np.eye(width)[labels] * 2
    return features.astype(np.float32), labels


def test_each_sample_is_answered_by_a_regression_on_all_others(monkeypatch):
    features, labels = some_data()
    monkeypatch.setattr(ridge, "_PENALTIES", (0.3,))
    answers = left_out_answers(blocks_of(features, 25), labels, 3, directions=4)
    # The slow way, in the space of the scaled features: leave it out, fit the others with the same penalty.
    spread = features.std(axis=0)
    scaled = features / (spread + 0.1 * spread.mean())
    centred = scaled - scaled.mean(axis=0)
    penalty = 0.3 * np.linalg.eigvalsh(centred.T @ centred).mean()
    one_hot = np.eye(3)[labels]
    for i in range(len(labels)):
        others = np.delete(np.arange(len(labels)), i)
        mean = scaled[others].mean(axis=0)
        design, targets = scaled[others] - mean, one_hot[others] - one_hot[others].mean(axis=0)
        weights = np.linalg.solve(design.T @ design + penalty * np.eye(7), design.T @ targets)
        expected = (scaled[i] - mean) @ weights + one_hot[others].mean(axis=0)
        assert answers.scores[i] == pytest.approx(expected, abs=2e-3)


def test_few_samples_of_many_features_are_answered_as_if_they_were_many():
    features, labels = some_data(samples=80)
    wide = np.concatenate([features, np.random.default_rng(1).normal(0, 1, (80, 60)).astype(np.float32)], axis=1)
    by_features, by_samples = (
        solve(blocks_of(wide, 30), labels, 3, 5) for solve in (ridge._by_features, ridge._by_samples)
    )
    np.testing.assert_allclose(by_samples.scores, by_features.scores, atol=2e-3)
    products = np.abs(np.sum(by_samples.principal * by_features.principal, axis=0))
    np.testing.assert_allclose(products, np.square(by_samples.principal).sum(axis=0), rtol=1e-2)


def test_the_size_of_the_blocks_does_not_matter():
    features, labels = some_data(samples=100)
    one, many = (left_out_answers(blocks_of(features, size), labels, 3, directions=5) for size in (100, 7))
    np.testing.assert_allclose(one.scores, many.scores, atol=1e-4)


def test_the_directions_are_those_of_most_variance_and_at_right_angles():
    features, labels = some_data(samples=200)
    principal = left_out_answers(blocks_of(features, 64), labels, 3, directions=4).principal
    products = principal.T @ principal
    assert (np.diff(np.diag(products)) < 0).all()
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-3 * products[0, 0]


def test_features_that_never_vary_are_answered_with_the_shares_of_the_labels():
    labels = np.array([0] * 30 + [1] * 10)
    answers = left_out_answers(blocks_of(np.ones((40, 5), np.float32), 16), labels, 2, directions=3)
    assert np.isfinite(answers.scores).all()
    assert (answers.scores.argmax(axis=1) == 0).all()
