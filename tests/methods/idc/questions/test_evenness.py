import math

import numpy as np
import pytest
from scipy.stats import pearsonr

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.questions.evenness import correlate, evenness


def reference_evenness(answers, classes):
    """Pielou's evenness, a class after the other."""
    total = 0.0
    for kind in range(classes):
        share = list(answers).count(kind) / len(answers)
        if share:
            total -= share * math.log(share)
    return total / math.log(classes)


def test_evenness_is_one_for_all_classes_alike_zero_for_one_and_known_between():
    assert evenness(np.repeat(np.arange(10), 7), 10) == pytest.approx(1, abs=1e-15)
    assert evenness(np.full(50, 3), 10) == 0
    assert evenness(np.repeat([2, 8], 20), 10) == pytest.approx(math.log(2) / math.log(10))
    assert round(evenness(np.repeat([2, 8], 20), 10), 5) == 0.30103


def test_evenness_equals_the_slow_reference_and_stays_within_its_range():
    rng = np.random.default_rng(0)
    for _ in range(200):
        classes = int(rng.integers(2, 12))
        answers = rng.choice(classes, int(rng.integers(1, 60)), p=rng.dirichlet(np.full(classes, 0.3)))
        assert evenness(answers, classes) == pytest.approx(reference_evenness(answers, classes), abs=1e-12)
        assert 0 <= evenness(answers, classes) <= 1 + 1e-12


def test_bad_answers_are_a_sentence_each():
    with pytest.raises(ConfigError, match="there are 1 classes; expected two or more"):
        evenness(np.zeros(3, dtype=np.int64), 1)
    for answers in (np.zeros(0, dtype=np.int64), np.array([0, 10]), np.array([-1, 2])):
        with pytest.raises(DataError, match="of 10 classes; expected one or more, each a class"):
            evenness(answers, 10)


def ranks(values):
    """The mean place of each value among all, equal ones sharing theirs."""
    return np.array([np.mean(np.flatnonzero(np.sort(values) == value)) for value in values])


def test_coefficients_equal_their_definitions():
    rng = np.random.default_rng(1)
    for _ in range(20):
        ours = rng.integers(0, 9, 25) / 8
        theirs = ours * rng.normal() + rng.random(25)
        found = correlate(ours.tolist(), theirs.tolist(), resamples=50, rng=rng)
        assert found.suites == 25
        assert found.pearson == pytest.approx(np.corrcoef(ours, theirs)[0, 1], abs=1e-12)
        assert found.pearson == pytest.approx(pearsonr(ours, theirs)[0], abs=1e-12)
        assert found.spearman == pytest.approx(np.corrcoef(ranks(ours), ranks(theirs))[0, 1], abs=1e-12)


def test_the_interval_is_that_of_a_bootstrap_over_suites():
    rng = np.random.default_rng(2)
    ours, theirs = rng.random(30), rng.random(30)
    found = correlate(ours.tolist(), theirs.tolist(), resamples=400, rng=np.random.default_rng(7))
    places = np.random.default_rng(7).integers(0, 30, (400, 30))
    drawn = sorted(pearsonr(ours[chosen], theirs[chosen])[0] for chosen in places)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-12)
    assert found.low < found.pearson < found.high


def test_a_law_without_noise_is_shown_and_noise_alone_is_not():
    rng = np.random.default_rng(3)
    values = rng.random(40)
    rising = correlate(values.tolist(), (2 * values + 1).tolist(), resamples=200, rng=rng)
    assert rising.pearson == pytest.approx(1) and rising.spearman == pytest.approx(1) and rising.is_shown
    falling = correlate(values.tolist(), (-values).tolist(), resamples=200, rng=rng)
    assert falling.pearson == pytest.approx(-1) and falling.is_shown
    alternating = np.tile([0.0, 1.0], 20)
    assert not correlate(alternating.tolist(), np.repeat([0.0, 1.0], 20).tolist(), resamples=200, rng=rng).is_shown


def test_what_is_the_same_for_all_suites_has_no_correlation():
    values = np.random.default_rng(4).random(20).tolist()
    for pair in (([0.5] * 20, values), (values, [1.0] * 20)):
        found = correlate(*pair, resamples=10, rng=np.random.default_rng(0))
        assert (found.pearson, found.spearman, found.low, found.high, found.suites) == (None,) * 4 + (20,)
        assert not found.is_shown


def test_resamples_in_which_nothing_varies_do_not_spoil_the_interval():
    ours = [1.0] + [0.0] * 19  # in a third of the resamples the only 1 is missing
    found = correlate(ours, np.arange(20.0).tolist(), resamples=300, rng=np.random.default_rng(0))
    assert found.low is not None and math.isfinite(found.low) and math.isfinite(found.high)


def test_few_suites_are_a_sentence():
    with pytest.raises(DataError, match="there are 19 suites; expected at least 20"):
        correlate([0.0] * 19, [0.0] * 19, resamples=10, rng=np.random.default_rng(0))
