import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.evaluation import metrics
from tests.references import reference_apfd, reference_exam, reference_rauc, reference_share_found


def random_lists(count: int = 60) -> list[np.ndarray]:
    """Lists of 1 to 250 samples with at least one fault, some with faults only."""
    generator = np.random.default_rng(0)
    lists = []
    for _ in range(count):
        ordered_faults = generator.random(generator.integers(1, 251)) < generator.choice([0.02, 0.1, 0.5, 1])
        ordered_faults[generator.integers(len(ordered_faults))] = True
        lists.append(ordered_faults)
    return lists


@pytest.mark.parametrize("inspected", ["0", "0.01", "0.02", "0.05", "0.07", "0.1", "0.29", "1"])
def test_share_found_is_what_walking_the_list_finds(inspected: str) -> None:
    for ordered_faults in random_lists():
        expected = float(reference_share_found(ordered_faults.tolist(), inspected))
        assert metrics.share_found(ordered_faults, float(inspected)) == pytest.approx(expected)


def test_share_found_does_not_let_one_more_place_in_by_rounding() -> None:
    ordered_faults = np.zeros(100, dtype=bool)
    ordered_faults[7] = True
    assert 0.07 * 100 > 7
    assert metrics.share_found(ordered_faults, 0.07) == 0


def test_the_discovery_curve_is_the_share_found_at_every_percent() -> None:
    for ordered_faults in random_lists(20):
        expected = [float(reference_share_found(ordered_faults.tolist(), f"{j}/100")) for j in range(101)]
        assert metrics.discovery_curve(ordered_faults) == pytest.approx(expected)


def test_rauc_is_the_ratio_of_the_two_areas() -> None:
    for ordered_faults in random_lists(30):
        assert metrics.rauc(ordered_faults) == pytest.approx(float(reference_rauc(ordered_faults.tolist())))


def test_apfd_is_what_walking_the_list_gives() -> None:
    for ordered_faults in random_lists():
        assert metrics.apfd(ordered_faults) == pytest.approx(float(reference_apfd(ordered_faults.tolist())))


def test_exam_is_what_walking_the_list_gives() -> None:
    for ordered_faults in random_lists():
        measured = (
            metrics.exam_first(ordered_faults),
            metrics.exam_last(ordered_faults),
            metrics.exam_average(ordered_faults),
        )
        assert measured == pytest.approx([float(value) for value in reference_exam(ordered_faults.tolist())])


def test_the_ideal_list_of_the_paper_reaches_its_upper_bounds() -> None:
    ideal = np.arange(6000) < 300
    assert metrics.apfd(ideal) == pytest.approx(0.97517, abs=5e-6)
    assert metrics.rauc(ideal) == 1
    assert metrics.share_found(ideal, 0.05) == 1
    assert metrics.share_found(ideal, 0.01) == pytest.approx(60 / 300)


def test_average_exam_follows_from_apfd() -> None:
    for ordered_faults in random_lists():
        expected = 1 - metrics.apfd(ordered_faults) + 1 / (2 * len(ordered_faults))
        assert metrics.exam_average(ordered_faults) == pytest.approx(expected)


def test_apfd_exceeds_the_textbook_formula_by_one_over_n() -> None:
    ordered_faults = np.array([False, True, False, True, False])
    textbook = 1 - (2 + 4) / (5 * 2) + 1 / (2 * 5)
    assert metrics.apfd(ordered_faults) == pytest.approx(textbook + 1 / 5)


def test_the_worst_list_finds_nothing_until_the_end() -> None:
    worst = np.arange(200) >= 190
    assert metrics.share_found(worst, 0.9) == 0
    assert metrics.exam_first(worst) == pytest.approx(191 / 200)
    assert metrics.rauc(worst) < 0.05


def test_a_list_of_one_fault_has_every_metric() -> None:
    single = np.array([True])
    assert metrics.share_found(single, 0.01) == 1
    assert metrics.rauc(single) == 1
    assert metrics.apfd(single) == pytest.approx(1.5)
    assert (metrics.exam_first(single), metrics.exam_last(single), metrics.exam_average(single)) == (1, 1, 0)


def test_when_all_are_faults_every_order_is_ideal() -> None:
    assert metrics.rauc(np.ones(37, dtype=bool)) == 1


@pytest.mark.parametrize("metric", [metrics.rauc, metrics.apfd, metrics.exam_first, metrics.discovery_curve])
def test_without_faults_a_metric_is_an_error(metric) -> None:
    with pytest.raises(DataError, match="none of the 10 samples is a fault"):
        metric(np.zeros(10, dtype=bool))


def test_a_percentage_in_place_of_a_share_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected 0 to 1"):
        metrics.share_found(np.array([True]), 5.0)
