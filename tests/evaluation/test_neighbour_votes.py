import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.evaluation.neighbour_votes import neighbour_disagreement


def two_bundles() -> tuple[np.ndarray, np.ndarray]:
    """Two classes in two directions, and sample 0 with the label of the other one."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 20)
    features = np.eye(2)[labels] + 0.05 * generator.normal(size=(40, 2))
    labels[0] = 1
    return features, labels


def test_a_wrong_label_is_what_all_neighbours_vote_against() -> None:
    votes = neighbour_disagreement(*two_bundles(), 5)
    assert votes.argmax() == 0
    assert votes[0] == pytest.approx(1)


def test_the_length_of_the_features_does_not_matter() -> None:
    features, labels = two_bundles()
    longer = features * np.linspace(1, 50, 40)[:, None]
    assert neighbour_disagreement(longer, labels, 5) == pytest.approx(neighbour_disagreement(features, labels, 5))


def test_near_neighbours_weigh_more_by_hand() -> None:
    angles = np.array([0.0, 0.1, 0.4])
    features = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    near, far = (1 / (0.01 + 2 * np.sin(angle / 2)) for angle in (0.1, 0.4))  # chords of the unit circle
    votes = neighbour_disagreement(features, np.array([0, 0, 1]), 2)
    assert votes[0] == pytest.approx(far / (near + far))


def test_a_sample_is_never_its_own_neighbour_not_even_among_equals() -> None:
    votes = neighbour_disagreement(np.ones((4, 3)), np.array([0, 1, 1, 1]), 3)
    assert votes == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])


def test_more_neighbours_than_samples_are_all_the_others() -> None:
    features, labels = two_bundles()
    assert (neighbour_disagreement(features, labels, 1000) == neighbour_disagreement(features, labels, 39)).all()


def test_a_lone_sample_is_not_suspicious() -> None:
    assert neighbour_disagreement(np.ones((1, 2)), np.array([0]), 15).tolist() == [0]


def test_no_neighbours_are_refused() -> None:
    with pytest.raises(ConfigError, match="neighbours is 0"):
        neighbour_disagreement(*two_bundles(), 0)
