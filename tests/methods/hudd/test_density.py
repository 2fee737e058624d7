"""Clusters of the densest places."""

import sys

import numpy as np
import pytest

from faultloc.errors import ConfigError, MissingPackageError
from faultloc.methods.hudd.density import cluster_densely


def groups_and_a_stray(seed=0):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(size=(60, 6)) * 0.1 + 3 * rng.normal(size=6) for _ in range(3)])
    return np.concatenate([rows, [[40.0] * 6]]).astype(np.float32), np.repeat([0, 1, 2], 60)


@pytest.mark.parametrize("how", ["dbscan", "hdbscan"])
def test_dense_groups_are_found_and_what_lies_apart_is_an_outlier(how):
    rows, group = groups_and_a_stray()
    found = cluster_densely(rows, how, reduce="pca", components=6)
    assert found[-1] == -1
    inside = found[:-1] >= 0
    assert inside.mean() > 0.9
    assert len(set(zip(found[:-1][inside].tolist(), group[inside].tolist(), strict=True))) == 3


@pytest.mark.parametrize("how", ["dbscan", "hdbscan"])
def test_the_order_of_the_errors_does_not_matter(how):
    rows, _ = groups_and_a_stray()
    order = np.random.default_rng(1).permutation(len(rows))
    one = cluster_densely(rows, how, reduce="pca", components=4)
    other = cluster_densely(rows[order], how, reduce="pca", components=4)
    assert len(set(zip(one[order].tolist(), other.tolist(), strict=True))) == len(set(one.tolist()))


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize("how", ["dbscan", "hdbscan"])
def test_few_or_alike_errors_are_no_failure(how, count):
    for rows in (np.zeros((count, 3), np.float32), np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)):
        assert len(cluster_densely(rows, how, reduce="pca", components=2)) == count


def test_umap_finds_groups_too():
    pytest.importorskip("umap", reason="umap-learn is not installed")
    rows, group = groups_and_a_stray()
    found = cluster_densely(rows[:-1], "dbscan", reduce="umap", components=2)
    inside = found >= 0
    assert len(set(zip(found[inside].tolist(), group[inside].tolist(), strict=True))) == len(
        set(found[inside].tolist())
    )


def test_without_umap_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'faultloc\[umap\]'"):
        cluster_densely(groups_and_a_stray()[0], "dbscan", reduce="umap", components=2)


@pytest.mark.parametrize(("how", "reduce", "said"), [("optics", "pca", "optics"), ("dbscan", "tsne", "tsne")])
def test_an_unknown_way_is_refused(how, reduce, said):
    with pytest.raises(ConfigError, match=f"{said}.*expected"):
        cluster_densely(np.zeros((4, 2), np.float32), how, reduce=reduce, components=2)
