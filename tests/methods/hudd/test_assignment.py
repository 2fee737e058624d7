import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.methods.hudd.assignment import UnsafeSet, assign_images
from tests.methods.hudd.retraining_references import reference_assignment


def names(count: int) -> np.ndarray:
    return np.array([f"image {number:03}" for number in np.random.default_rng(9).permutation(count)])


def cases():
    """Random distances, half of them with many ties, and quotas that may be 0."""
    rng = np.random.default_rng(0)
    for number in range(60):
        images, clusters = int(rng.integers(1, 30)), int(rng.integers(1, 6))
        distances = rng.integers(0, 5, (images, clusters)) * 0.5 if number % 2 else rng.random((images, clusters))
        quotas = rng.multinomial(int(rng.integers(1, images + 1)), np.full(clusters, 1 / clusters))
        yield distances.astype(np.float64), quotas.astype(np.int64), names(images)


def test_it_is_what_going_through_the_pairs_one_by_one_gives():
    for distances, quotas, ids in cases():
        unsafe = assign_images(distances, quotas, ids)
        expected = reference_assignment(distances.tolist(), quotas.tolist(), ids.tolist())
        assert dict(zip(unsafe.images.tolist(), unsafe.clusters.tolist(), strict=True)) == expected


def test_every_quota_is_filled_and_none_exceeded_and_each_image_used_once():
    for distances, quotas, ids in cases():
        unsafe = assign_images(distances, quotas, ids)
        assert np.bincount(unsafe.clusters, minlength=len(quotas)).tolist() == quotas.tolist()
        assert len(set(unsafe.images.tolist())) == len(unsafe)


def test_the_order_of_the_images_changes_nothing():
    rng = np.random.default_rng(1)
    for distances, quotas, ids in cases():
        order = rng.permutation(len(ids))
        first, second = assign_images(distances, quotas, ids), assign_images(distances[order], quotas, ids[order])
        assert by_name(first, ids) == by_name(second, ids[order])


def by_name(unsafe: UnsafeSet, ids: np.ndarray) -> dict[str, tuple[int, float, int]]:
    entries = zip(unsafe.clusters.tolist(), unsafe.distances.tolist(), unsafe.choices.tolist(), strict=True)
    return dict(zip(ids[unsafe.images].tolist(), entries, strict=True))


def test_distances_on_another_scale_give_the_same_set():
    for distances, quotas, ids in cases():
        first, second = assign_images(distances, quotas, ids), assign_images(distances * 2.0**20, quotas, ids)
        assert np.array_equal(first.images, second.images)
        assert np.array_equal(first.clusters, second.clusters)


def test_who_is_left_over_goes_to_the_second_nearest():
    distances = np.array([[1.0, 9.0], [2.0, 5.0], [3.0, 4.0]])
    unsafe = assign_images(distances, np.array([1, 1]), names(3))
    assert unsafe.images.tolist() == [0, 2]
    assert unsafe.clusters.tolist() == [0, 1]
    assert unsafe.distances.tolist() == [1.0, 4.0]
    assert unsafe.choices.tolist() == [0, 1]


def test_a_cluster_without_a_quota_stands_in_nobodys_way():
    unsafe = assign_images(np.array([[0.0, 7.0], [1.0, 6.0]]), np.array([0, 1]), names(2))
    assert (unsafe.images.tolist(), unsafe.choices.tolist()) == ([1], [0])


def test_fewer_images_than_the_quotas_is_an_error():
    with pytest.raises(DataError, match="quotas ask for 4 improvement images, but there are 3"):
        assign_images(np.ones((3, 2)), np.array([2, 2]), names(3))
