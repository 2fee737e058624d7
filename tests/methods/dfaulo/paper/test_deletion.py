import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.methods.dfaulo.paper.deletion.deletion_sets import deletion_sets
from faultloc.methods.dfaulo.paper.layers import LAYERS
from tests.references import reference_smaller_clusters, reference_top_of_each_class


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    samples = int(rng.integers(1, 120))
    labels = rng.integers(0, rng.integers(1, 6), samples)
    # Rounded, so that ties are frequent.
    return labels, rng.random(samples).round(1), rng.integers(0, 2, samples), rng.random(samples).round(1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ratio", [0.03, 0.05, 0.5, 0.99])
def test_each_set_is_that_of_the_slow_and_obvious_definition(seed, ratio):
    labels, distances, clusters, losses = random_case(seed)
    sets = deletion_sets(labels, distances, clusters, losses, ratio=ratio)
    assert set(np.flatnonzero(sets.input)) == reference_top_of_each_class(distances, labels, ratio)
    assert set(np.flatnonzero(sets.hidden)) == reference_smaller_clusters(clusters, labels)
    assert set(np.flatnonzero(sets.output)) == reference_top_of_each_class(losses, labels, ratio)


def test_the_sets_are_stacked_in_the_order_of_the_layers():
    sets = deletion_sets(*random_case(0), ratio=0.5)
    assert np.array_equal(sets.stacked(), np.stack([getattr(sets, layer) for layer in LAYERS]))


def test_of_two_clusters_of_the_same_size_cluster_one_goes():
    sets = deletion_sets(np.zeros(4, dtype=np.int64), np.zeros(4), np.array([1, 0, 1, 0]), np.zeros(4), ratio=0.5)
    assert sets.hidden.tolist() == [True, False, True, False]


def test_a_class_without_samples_is_no_obstacle():
    sets = deletion_sets(np.array([0, 3, 3]), np.arange(3.0), np.array([0, 0, 1]), np.arange(3.0), ratio=0.5)
    assert sets.input.tolist() == [False, False, True]


def test_a_ratio_too_small_for_a_class_takes_nothing_of_it():
    sets = deletion_sets(
        np.zeros(10, dtype=np.int64), np.arange(10.0), np.zeros(10, dtype=int), np.zeros(10), ratio=0.09
    )
    assert not sets.input.any()


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.1, 5.0])
def test_a_ratio_outside_0_and_1_is_refused(ratio):
    with pytest.raises(ConfigError, match="mutation.ratio is .*expected a number above 0 and below 1"):
        deletion_sets(*random_case(0), ratio=ratio)
