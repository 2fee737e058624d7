import itertools

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from faultloc.methods.idc.line_clusters import (
    choose_clusters,
    cluster_line,
    cluster_line_up_to,
    mean_silhouette,
    nearest_centre,
)


def inertia(values, centres):
    return float(((values[:, None] - centres) ** 2).min(1).sum())


def smallest_inertia(values, clusters):
    """Of every way to cut the sorted values."""
    ordered = np.sort(values)
    cuts = itertools.combinations(range(1, len(ordered)), clusters - 1)
    return min(sum(((part - part.mean()) ** 2).sum() for part in np.split(ordered, cut)) for cut in cuts)


@pytest.mark.parametrize("seed", range(60))
def test_no_cut_of_the_line_has_a_smaller_sum_of_squares(seed):
    rng = np.random.default_rng(seed)
    number = int(rng.integers(4, 11))
    values = rng.normal(size=number) if seed % 2 else rng.integers(-4, 5, number) / 2
    for clusters, centres in enumerate(cluster_line_up_to(values, 4), start=1):
        assert inertia(values, centres) == pytest.approx(smallest_inertia(values, clusters), abs=1e-9)


def test_scikit_learn_is_no_better_and_predicts_the_same_from_the_same_centres():
    values = np.maximum(np.random.default_rng(0).normal(size=2000), 0)
    for clusters in (2, 3, 5, 9):
        theirs = KMeans(clusters, n_init=5, random_state=0).fit(values[:, None])
        ours = cluster_line(values, clusters)
        assert inertia(values, ours) <= theirs.inertia_ + 1e-9
        theirs.cluster_centers_ = ours[:, None].copy()
        assert (theirs.predict(values[:, None]) == nearest_centre(values, ours)).all()


@pytest.mark.parametrize("clusters", [2, 3, 7])
def test_the_silhouette_is_that_of_scikit_learn(clusters):
    rng = np.random.default_rng(clusters)
    values = np.concatenate([rng.normal(size=300), rng.integers(0, 3, 100).astype(float), [40.0]])
    centres = cluster_line(values, clusters)
    theirs = silhouette_score(values[:, None], nearest_centre(values, centres))
    assert mean_silhouette(values, centres) == pytest.approx(theirs, abs=1e-9)


def test_the_number_of_clusters_is_that_of_the_largest_silhouette():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(place, 0.1, 50) for place in (0, 5, 20)])
    assert len(choose_clusters(values, [2, 3, 4, 5])) == 3


def test_fewer_different_values_than_clusters_are_all_centres():
    assert cluster_line(np.array([2.0, 1.0, 2.0]), 5).tolist() == [1, 2]
    assert mean_silhouette(np.zeros(4), np.zeros(1)) == 0
