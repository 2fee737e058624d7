import numpy as np
import pytest

from faultloc.methods.dfaulo.default.inputs import ridge
from faultloc.methods.dfaulo.default.inputs.ridge import left_out_answers


def rows_of(features):
    return lambda places: features[places]


def some_data(samples=60, width=7, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, samples)
    features = rng.normal(0, [1, 2, 3, 1, 1, 0.5, 4], (samples, width)) + np.eye(width)[labels] * 2
    return features.astype(np.float32), labels


def test_each_sample_is_answered_by_a_regression_on_all_others(monkeypatch):
    features, labels = some_data()
    monkeypatch.setattr(ridge, "_PENALTIES", (0.3,))
    answers = left_out_answers(rows_of(features), labels, 3, directions=4)
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
    by_samples, fit = ridge._by_samples(wide, labels, 3, 5), ridge._Fit.of(wide, labels, 3, 5)
    along = fit.along(wide)
    np.testing.assert_allclose(by_samples.scores, fit.left_out(along, labels), atol=2e-3)
    products = np.abs(np.sum(by_samples.principal * along[:, :5], axis=0))
    np.testing.assert_allclose(products, np.square(by_samples.principal).sum(axis=0), rtol=1e-2)


def test_what_is_asked_for_at_once_does_not_matter(monkeypatch):
    features, labels = some_data(samples=100)
    many = left_out_answers(rows_of(features), labels, 3, directions=5)
    monkeypatch.setattr(ridge, "_ROWS_AT_ONCE", 7)
    few = left_out_answers(rows_of(features), labels, 3, directions=5)
    np.testing.assert_allclose(few.scores, many.scores, atol=1e-4)


def test_of_more_samples_than_are_learned_from_the_others_are_asked(monkeypatch):
    features, labels = some_data(samples=200)
    monkeypatch.setattr(ridge, "_LEARNED_FROM", 100)
    answers = left_out_answers(rows_of(features), labels, 3, directions=4)
    learned = np.unique(np.linspace(0, 199, 100).astype(int))
    alone = left_out_answers(rows_of(features[learned]), labels[learned], 3, directions=4)
    np.testing.assert_allclose(answers.scores[learned], alone.scores, atol=1e-4)
    others = np.setdiff1d(np.arange(200), learned)
    assert (answers.scores[others].argmax(axis=1) == labels[others]).mean() > 0.5
    # Another label of a sample that was not learned from changes no answer.
    changed = labels.copy()
    changed[others] = 0
    np.testing.assert_array_equal(left_out_answers(rows_of(features), changed, 3, directions=4).scores, answers.scores)


def test_the_directions_are_those_of_most_variance_and_at_right_angles():
    features, labels = some_data(samples=200)
    principal = left_out_answers(rows_of(features), labels, 3, directions=4).principal
    products = principal.T @ principal
    assert (np.diff(np.diag(products)) < 0).all()
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-3 * products[0, 0]


def test_features_that_never_vary_are_answered_with_the_shares_of_the_labels():
    labels = np.array([0] * 30 + [1] * 10)
    answers = left_out_answers(rows_of(np.ones((40, 5), np.float32)), labels, 2, directions=3)
    assert np.isfinite(answers.scores).all()
    assert (answers.scores.argmax(axis=1) == 0).all()


def test_the_labels_of_few_samples_with_thousands_of_features_do_not_leak_into_their_own_answers():
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(50, 4000)).astype(np.float32), rng.integers(0, 2, 50)
    scores = left_out_answers(rows_of(features), labels, 2, directions=4).scores
    # The slow way, of the others' products: one of the penalties gives what is said.
    for i in range(5):
        others = np.delete(np.arange(50), i)
        scaled = features / (features.std(axis=0) * 1.1)
        design, targets = scaled[others] - scaled[others].mean(axis=0), np.eye(2)[labels[others]]
        mean = targets.mean(axis=0)
        found = []
        for share in ridge._PENALTIES:
            centred = scaled - scaled.mean(axis=0)
            penalty = share * np.square(centred).sum() / 4000
            inner = np.linalg.solve(design @ design.T + penalty * np.eye(49), targets - mean)
            found.append((scaled[i] - scaled[others].mean(axis=0)) @ (design.T @ inner) + mean)
        assert min(np.abs(scores[i] - one).max() for one in found) < 1e-2


@pytest.mark.parametrize("width", [7, 400])  # fewer features than samples, and more
def test_the_error_is_about_that_of_samples_left_out(width):
    features, labels = some_data(samples=300)
    noise = np.random.default_rng(3).normal(0, 1, (300, width - 7)).astype(np.float32)
    answers = left_out_answers(rows_of(np.concatenate([features, noise], axis=1)), labels, 3, directions=4)
    left_out = np.square(answers.scores - np.eye(3)[labels]).sum(axis=1).mean()
    assert answers.error == pytest.approx(left_out, rel=0.05)


def test_features_that_tell_nothing_have_the_error_of_the_shares_alone():
    rng = np.random.default_rng(0)
    labels = rng.choice(3, 5000, p=[0.5, 0.3, 0.2])
    features = rng.normal(0, 1, (5000, 4)).astype(np.float32)
    error = left_out_answers(rows_of(features), labels, 3, directions=2).error
    assert error == pytest.approx(1 - 0.25 - 0.09 - 0.04, abs=0.01)
