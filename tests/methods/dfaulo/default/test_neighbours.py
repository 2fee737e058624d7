import numpy as np
import pytest

from faultloc.methods.dfaulo.default.suffix import neighbours
from faultloc.methods.dfaulo.default.suffix.neighbours import Nearest, add_neighbour_labels, nearest_in_embedding
from tests.references import reference_neighbours


def points(samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, samples)
    return (3 * np.eye(3, 8)[labels] + rng.normal(0, 1, (samples, 8))).astype(np.float32), labels


def label_shares(searches: list[Nearest], labels: np.ndarray, sharpness: float) -> np.ndarray:
    shares = np.zeros((len(labels), 3), np.float32)
    for nearest in searches:
        add_neighbour_labels(shares, nearest, labels, len(searches), sharpness=sharpness)
    return shares


@pytest.mark.parametrize("rows_at_once", [7, 1000])
def test_they_agree_with_the_reference(monkeypatch, rows_at_once):
    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE", rows_at_once)
    embedding, labels = points(60)
    found = label_shares([nearest_in_embedding(embedding, 5)], labels, 10.0)
    expected = reference_neighbours(embedding.tolist(), labels.tolist(), 3, 5, 10.0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_several_embeddings_are_averaged():
    embedding, labels = points(60)
    first, second = nearest_in_embedding(embedding, 5), nearest_in_embedding(embedding[:, ::-1].copy() ** 3, 5)
    both = label_shares([first, second], labels, 1.0)
    alone = [label_shares([each], labels, 1.0) for each in (first, second)]
    np.testing.assert_allclose(both, np.mean(alone, axis=0), atol=1e-6)
    np.testing.assert_allclose(both.sum(axis=1), 1, atol=1e-5)


def test_fewer_samples_than_neighbours_are_all_asked():
    embedding, _ = points(4)
    indices, _ = nearest_in_embedding(embedding, 15)
    assert indices.shape == (4, 3)
    assert all(set(row) == set(range(4)) - {place} for place, row in enumerate(indices))


def test_the_index_of_a_large_set_finds_most_neighbours_and_never_the_sample_itself():
    embedding, _ = points(4000)
    exact, cosines = nearest_in_embedding(embedding, 15)
    found, nearness = nearest_in_embedding(embedding, 15, exact_up_to=1000)
    shared = [len(set(a) & set(b)) / 15 for a, b in zip(exact, found, strict=True)]
    assert np.mean(shared) > 0.9
    assert not (found == np.arange(4000)[:, None]).any()
    assert np.abs(nearness[:, 0] - cosines[:, 0]).mean() < 0.01
    assert found.shape == exact.shape


def test_of_many_neurons_the_directions_that_matter_are_compared():
    few, _ = points(3000)
    rng = np.random.default_rng(1)
    # Eight directions turned into a hundred neurons: as far apart as before.
    turned = (few @ np.linalg.qr(rng.normal(size=(100, 8)))[0].T).astype(np.float32)
    exact, cosines = nearest_in_embedding(few, 15)
    found, nearness = nearest_in_embedding(turned, 15, exact_up_to=1000)
    assert np.mean([len(set(a) & set(b)) / 15 for a, b in zip(exact, found, strict=True)]) > 0.9
    assert np.abs(nearness[:, 0] - cosines[:, 0]).mean() < 0.01


def test_doubles_do_not_crowd_out_the_others_of_a_large_set():
    embedding = np.repeat(points(40)[0], 50, axis=0)
    found, _ = nearest_in_embedding(embedding, 15, exact_up_to=1000)
    assert not (found == np.arange(2000)[:, None]).any()
    assert ((found // 50) == (np.arange(2000) // 50)[:, None]).mean() > 0.9
