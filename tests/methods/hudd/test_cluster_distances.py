import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError, TrainingError
from faultloc.methods.hudd import cluster_distances
from faultloc.methods.hudd.cluster_distances import DISTANCES, distances_to_clusters
from tests.methods.hudd.retraining_references import reference_centroid, reference_closest_member

REFERENCES = {"closest_member": reference_closest_member, "centroid": reference_centroid}


def heatmaps(count: int, values: int = 7, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, values)).astype(np.float32)


IMAGES, ERRORS = heatmaps(12), heatmaps(15, seed=1)
CLUSTERS = np.array([2, 0, -1, 1, 0, 2, 2, 1, 3, -1, 0, 0, 1, 2, 0])


def test_every_distance_has_a_reference():
    assert set(REFERENCES) == set(DISTANCES)


@pytest.mark.parametrize("distance", DISTANCES)
def test_it_is_what_subtracting_value_by_value_gives(distance):
    found = distances_to_clusters([IMAGES], ERRORS, CLUSTERS, distance)
    expected = [
        [REFERENCES[distance](image, list(ERRORS), CLUSTERS.tolist(), cluster) for cluster in range(4)]
        for image in IMAGES
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_near_duplicates_far_from_the_origin_are_told_apart():
    errors = np.array([[3000.0, 4000.0], [3000.0, 4000.5], [-1, -1]], np.float32)
    found = distances_to_clusters([errors[:1], np.array([[3000, 4000.25]], np.float32)], errors, np.array([0, 1, 2]))
    assert found[0, :2].tolist() == [0, 0.5]
    assert found[1, :2].tolist() == [0.25, 0.25]


@pytest.mark.parametrize("distance", DISTANCES)
def test_neither_batches_nor_blocks_change_a_bit(distance, monkeypatch):
    whole = distances_to_clusters([IMAGES], ERRORS, CLUSTERS, distance)
    monkeypatch.setattr(cluster_distances, "_BLOCK", 2 * 8 * IMAGES.shape[1])
    parts = distances_to_clusters((IMAGES[start : start + 5] for start in range(0, 12, 5)), ERRORS, CLUSTERS, distance)
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize("distance", DISTANCES)
def test_another_order_of_the_images_is_the_same_answer_in_that_order(distance):
    order = np.random.default_rng(3).permutation(12)
    there = distances_to_clusters([IMAGES[order]], ERRORS, CLUSTERS, distance)
    assert np.array_equal(there, distances_to_clusters([IMAGES], ERRORS, CLUSTERS, distance)[order])


def test_another_order_of_the_errors_changes_no_bit_of_the_distance_to_the_closest():
    order = np.random.default_rng(4).permutation(15)
    there = distances_to_clusters([IMAGES], ERRORS[order], CLUSTERS[order])
    assert np.array_equal(there, distances_to_clusters([IMAGES], ERRORS, CLUSTERS))


def test_outliers_are_nobodys_members():
    found = distances_to_clusters([ERRORS[[2]]], ERRORS, CLUSTERS)
    assert found.min() > 0


def test_what_was_given_stays_as_it_is():
    images, errors, clusters = IMAGES.copy(), ERRORS.copy(), CLUSTERS.copy()
    distances_to_clusters([images], errors, clusters)
    for given, before in ((images, IMAGES), (errors, ERRORS), (clusters, CLUSTERS)):
        assert np.array_equal(given, before)


def test_an_unknown_distance_is_named_with_those_there_are():
    with pytest.raises(ConfigError, match="no distance 'cosine'.*closest_member, centroid"):
        distances_to_clusters([IMAGES], ERRORS, CLUSTERS, "cosine")


@pytest.mark.parametrize("images", [[], [IMAGES[:0]]])
def test_no_improvement_images_is_an_error(images):
    with pytest.raises(DataError, match="no improvement images; expected some"):
        distances_to_clusters(images, ERRORS, CLUSTERS)


def test_outliers_alone_are_an_error():
    with pytest.raises(DataError, match="none of the 15 errors is in a cluster"):
        distances_to_clusters([IMAGES], ERRORS, np.full(15, -1))


def test_heatmaps_of_another_layer_are_an_error():
    with pytest.raises(DataError, match="have 6 values and those of the errors 7"):
        distances_to_clusters([IMAGES[:, :6]], ERRORS, CLUSTERS)


@pytest.mark.parametrize(("what", "place"), [("errors", 3), ("improvement images", 5)])
def test_a_heatmap_that_is_no_number_is_named(what, place):
    images, errors = IMAGES.copy(), ERRORS.copy()
    (errors if what == "errors" else images)[place, 2] = np.nan
    with pytest.raises(TrainingError, match=f"position {place} among the {what}"):
        distances_to_clusters([images], errors, CLUSTERS)


def test_the_closest_is_that_of_the_plain_subtraction_bit_for_bit_also_among_near_duplicates():
    rng = np.random.default_rng(5)
    errors = (1000 + rng.normal(size=(3, 50)) + 1e-4 * rng.normal(size=(20, 3, 50))).reshape(60, 50).astype(np.float32)
    images, clusters = errors[rng.permutation(60)[:30]] + np.float32(1e-3), np.arange(60) % 3
    differences = images.astype(np.float64)[:, None] - errors
    plain = np.sqrt(np.square(differences).sum(axis=2))
    expected = np.stack([plain[:, clusters == cluster].min(axis=1) for cluster in range(3)], axis=1)
    assert np.array_equal(distances_to_clusters([images], errors, clusters), expected)
