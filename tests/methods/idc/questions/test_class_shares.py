import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.class_shares import draw_biased_suite, draw_even_suite


def test_a_suite_has_its_size_in_different_samples_whatever_the_classes_can_give():
    rng = np.random.default_rng(0)
    for _ in range(200):
        classes = int(rng.integers(2, 8))
        labels = rng.integers(0, classes, int(rng.integers(1, 80)))  # some classes may have no sample
        size = int(rng.integers(1, len(labels) + 1))
        for places in (draw_biased_suite(labels, size, classes, rng)[0], draw_even_suite(labels, size, classes, rng)):
            assert len(places) == size == len(set(places.tolist()))


def test_even_suites_have_as_many_of_each_class_as_can_be():
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2, 3], [50, 40, 3, 30])
    counts = np.bincount(labels[draw_even_suite(labels, 60, 4, rng)])
    assert counts.tolist() == [19, 19, 3, 19]
    for _ in range(20):
        assert np.ptp(np.bincount(labels[draw_even_suite(labels[:90], 31, 2, rng)])) == 1
    drawn = {draw_even_suite(labels, 1, 4, rng)[0] for _ in range(200)}
    assert set(labels[list(drawn)]) == {0, 1, 2, 3}


def test_biased_suites_go_from_few_classes_to_nearly_all_alike():
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(10), 200)
    found = [draw_biased_suite(labels, 200, 10, rng) for _ in range(300)]
    alphas = np.array([alpha for _, alpha in found])
    largest = np.array([np.bincount(labels[places], minlength=10).max() / 200 for places, _ in found])
    assert 0.1 <= alphas.min() < 0.13 and 7.5 < alphas.max() <= 10
    assert np.median(np.log(alphas)) == pytest.approx(0, abs=0.4)
    assert largest[alphas < 0.2].mean() > 0.5 > 0.3 > largest[alphas > 5].mean()


@pytest.mark.parametrize("draw", [draw_biased_suite, draw_even_suite])
def test_more_samples_than_there_are_are_a_sentence(draw):
    for size in (0, 5):
        with pytest.raises(ConfigError, match=f"a suite of {size} samples is asked for, of 4"):
            draw(np.zeros(4, dtype=np.int64), size, 2, np.random.default_rng(0))
