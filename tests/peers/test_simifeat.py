import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.peers.simifeat import flag_rate
from tests.references import reference_is_outvoted


def cloud() -> tuple[np.ndarray, np.ndarray]:
    """60 points in three directions with labels of which every sixth is wrong."""
    generator = np.random.default_rng(0)
    directions = generator.integers(0, 3, 60)
    points = np.eye(3)[directions] + 0.4 * generator.normal(size=(60, 3))
    return points, np.where(np.arange(60) % 6 == 0, (directions + 1) % 3, directions)


def test_the_flags_are_those_of_the_slow_reference_in_the_same_parts() -> None:
    points, labels = cloud()
    generator = np.random.default_rng(7)
    expected = np.zeros(60)
    for _ in range(4):
        order = generator.permutation(60).tolist()
        for members in (order[:30], order[30:]):
            for sample in members:
                expected[sample] += reference_is_outvoted(sample, members, points.tolist(), labels.tolist(), 5) / 4
    assert 0 < expected.mean() < 0.5
    assert flag_rate(points, labels, 5, 4, 2, np.random.default_rng(7)) == pytest.approx(expected)


def test_a_tie_flags_nothing() -> None:
    # Of four equal samples, two a label: each has one neighbour of its own label and two others; with three labels
    # in use at one vote each, no other has more.
    labels = np.array([0, 0, 1, 2])
    rate = flag_rate(np.ones((4, 2)), labels, 3, 1, 1, np.random.default_rng(0))
    assert rate.tolist() == [0, 0, 1, 1]


def test_more_parts_than_samples_leave_nobody_to_vote() -> None:
    assert flag_rate(np.ones((3, 2)), np.array([0, 1, 2]), 10, 2, 10, np.random.default_rng(0)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("wrong", ["neighbours", "rounds", "parts"])
def test_numbers_below_one_are_refused(wrong: str) -> None:
    numbers = {"neighbours": 1, "rounds": 1, "parts": 1, wrong: 0}
    with pytest.raises(ConfigError, match=f"{wrong} is 0"):
        flag_rate(np.ones((3, 2)), np.array([0, 1, 1]), **numbers, generator=np.random.default_rng(0))
