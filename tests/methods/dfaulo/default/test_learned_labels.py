import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from faultloc.methods.dfaulo.default.scoring.learned_labels import noise_rates, scaled_likelihood
from faultloc.methods.dfaulo.default.scoring.monotone_logistic import fit_monotone_logistic
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.temperature import normal_scores

NOISE = NoiseMatrix(np.array([[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.2, 0.8]]))


def made_up(samples=3000, wrong=150, torn=2.0, seed=0):
    """Opinions that are right and sure; a wrong label leaves a mark of the size ``torn``."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 3, samples)
    is_wrong = np.arange(samples) < wrong
    labels = np.where(is_wrong, (true + rng.integers(1, 3, samples)) % 3, true)
    opinions = np.full((samples, 3), 0.05)
    opinions[np.arange(samples), true] = 0.9
    return opinions, labels, is_wrong, normal_scores(rng.normal(torn * is_wrong, 1))[:, None]


def test_wrong_labels_are_expected_where_they_leave_marks():
    opinions, labels, is_wrong, marks = made_up()
    rates = noise_rates(opinions, opinions, labels, NOISE, marks)
    assert rates.mean() == pytest.approx(1, abs=0.05)
    assert np.median(rates[is_wrong]) > 5 * np.median(rates[~is_wrong])


def test_marks_that_labels_do_not_leave_change_nothing():
    opinions, labels, _, marks = made_up(torn=0.0)
    rates = noise_rates(opinions, opinions, labels, NOISE, marks)
    assert np.abs(rates - 1).mean() < 0.3


def test_the_likelihood_is_the_sum_over_true_classes_with_that_many_wrong_labels():
    opinions, labels, _, _ = made_up(samples=30)
    rates = np.linspace(0, 4, 30)
    found = scaled_likelihood(opinions, labels, NOISE, rates)
    for i in range(30):
        rate, label = rates[i], labels[i]
        expected = 0.0
        for true in range(3):
            stays = 1 - rate * (1 - NOISE.transition[true, true])
            expected += opinions[i, true] * (stays if true == label else rate * NOISE.transition[true, label])
        assert found[i] == pytest.approx(expected)


def test_at_an_average_rate_the_likelihood_is_that_of_the_noise_matrix():
    opinions, labels, _, _ = made_up(samples=30)
    expected = [(opinions[i] @ NOISE.transition)[labels[i]] for i in range(30)]
    np.testing.assert_allclose(scaled_likelihood(opinions, labels, NOISE, np.ones(30)), expected)


def test_a_monotone_regression_is_the_usual_one_where_all_weights_rise():
    rng = np.random.default_rng(0)
    measures = rng.normal(0, 1, (500, 3))
    targets = (rng.random(500) < 1 / (1 + np.exp(-(measures @ [1.0, 0.5, 2.0] - 1)))).astype(float)
    weights, intercept = fit_monotone_logistic(measures, targets, penalty=2.0)
    usual = LogisticRegression(C=1 / 4.0, tol=1e-8, max_iter=1000).fit(measures, targets)
    np.testing.assert_allclose(weights, usual.coef_[0], atol=1e-3)
    assert intercept == pytest.approx(usual.intercept_[0], abs=1e-3)


def test_a_measure_that_falls_where_targets_rise_has_no_weight():
    rng = np.random.default_rng(0)
    measures = rng.normal(0, 1, (500, 2))
    targets = 1 / (1 + np.exp(-(measures @ [1.0, -2.0])))
    weights, _ = fit_monotone_logistic(measures, targets, penalty=0.1)
    assert weights[1] == 0
    assert weights[0] > 0.3
