"""From heatmaps to clusters, step by step."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from faultloc.errors import ConfigError, DataError
from faultloc.methods.hudd import tree as trees
from faultloc.methods.hudd.cluster_count import choose_count, gradient_of_fourth_order
from faultloc.methods.hudd.distances import condensed, pairwise_distances, profile_distances, scaled_profiles
from faultloc.methods.hudd.form import fit_form
from faultloc.methods.hudd.root_causes import describe_clusters
from faultloc.methods.hudd.spread import most_clusters, spread_of, spread_of_cuts
from faultloc.methods.hudd.tree import by_size, grow_tree
from tests.methods.hudd.references import (
    reference_distances,
    reference_gradient,
    reference_profiles,
    reference_spread,
)


def blobs(count=40, width=7, groups=4, seed=0):
    rng = np.random.default_rng(seed)
    which = rng.integers(0, groups, count)
    return (rng.normal(size=(groups, width))[which] * 4 + rng.normal(size=(count, width))).astype(np.float32), which


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_distances_are_exact_far_from_the_origin_too(offset):
    rows, _ = blobs()
    np.testing.assert_allclose(
        pairwise_distances(rows + np.float32(offset)),
        reference_distances((rows + np.float32(offset)).astype(np.float64)),
        atol=1e-6,
    )


def test_distances_are_the_same_in_blocks(monkeypatch):
    rows, _ = blobs()
    monkeypatch.setattr("faultloc.methods.hudd.distances._BLOCK", 50)
    np.testing.assert_allclose(pairwise_distances(rows), reference_distances(rows.astype(np.float64)), atol=1e-9)


def test_profiles_are_distances_between_scaled_rows_of_distances():
    rows, _ = blobs(12)
    distances = pairwise_distances(rows)
    np.testing.assert_allclose(profile_distances(distances), reference_profiles(distances), atol=1e-9)


def test_alike_errors_have_no_profile_to_divide():
    assert profile_distances(np.zeros((3, 3))).tolist() == np.zeros((3, 3)).tolist()


def test_the_tree_is_scipys():
    rows, _ = blobs()
    theirs = linkage(pdist(rows.astype(np.float64)), "ward")
    np.testing.assert_allclose(grow_tree(rows).merges[:, 2:], theirs[:, 2:], rtol=1e-9)


def test_the_tree_of_profiles_is_ward_on_profiles():
    rows, _ = blobs(20)
    profiles = reference_profiles(reference_distances(rows.astype(np.float64)))
    theirs = linkage(condensed(profiles), "ward")
    np.testing.assert_allclose(grow_tree(rows, "profile").merges[:, 2:], theirs[:, 2:], rtol=1e-7)


def test_without_a_matrix_of_distances_the_clusters_are_the_same(monkeypatch):
    rows, _ = blobs(60)
    whole = grow_tree(rows)
    monkeypatch.setattr(trees, "LARGEST_WITH_DISTANCES", 59)
    assert grow_tree(rows).cut(4).tolist() == whole.cut(4).tolist()


def test_profiles_of_too_many_errors_are_refused(monkeypatch):
    monkeypatch.setattr(trees, "LARGEST_WITH_DISTANCES", 10)
    with pytest.raises(DataError, match=r"there are 12 errors.*at most 10: take hudd=default"):
        grow_tree(blobs(12)[0], "profile")


def test_a_cut_finds_groups_that_lie_apart():
    rows, which = blobs()
    cluster = grow_tree(rows).cut(4)
    assert len(set(zip(cluster.tolist(), which.tolist(), strict=True))) == 4


def test_cuts_are_nested():
    tree = grow_tree(blobs()[0])
    for clusters in range(1, 20):
        coarse, fine = tree.cut(clusters), tree.cut(clusters + 1)
        assert len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) == clusters + 1


def test_clusters_are_numbered_by_size_then_by_their_first_member():
    assert by_size(np.array([7, 3, 3, 9, -1, 9, 5])).tolist() == [2, 0, 0, 1, -1, 1, 3]


@pytest.mark.parametrize("clusters", [0, 41])
def test_a_cut_into_more_clusters_than_errors_is_refused(clusters):
    with pytest.raises(ConfigError, match=rf"{clusters} clusters are asked for .* there are 40 errors"):
        grow_tree(blobs()[0]).cut(clusters)


def test_errors_that_are_alike_are_not_parted():
    assert grow_tree(np.ones((4, 3), dtype=np.float32)).cut(3).tolist() == [0, 0, 0, 0]


def test_the_spread_of_every_cut_is_that_of_its_clusters():
    rows, _ = blobs(30)
    tree, scaled = grow_tree(rows, "profile"), scaled_profiles(pairwise_distances(rows))
    found = spread_of_cuts(tree, scaled)
    assert len(found) == most_clusters(30) - 1 == 14
    for clusters, spread in zip(range(2, 16), found, strict=True):
        assert spread == pytest.approx(reference_spread(tree.cut(clusters), scaled))
        assert spread_of(tree.cut(clusters), scaled) == pytest.approx(spread)


@pytest.mark.parametrize("points", [6, 7, 9, 30])
def test_the_gradient_is_of_fourth_order(points):
    values = np.random.default_rng(0).normal(size=points).cumsum()
    np.testing.assert_allclose(gradient_of_fourth_order(values), reference_gradient(values))


def test_the_gradient_of_a_quartic_is_exact():
    x = np.arange(12.0)
    np.testing.assert_allclose(gradient_of_fourth_order(x**4 - 3 * x), (4 * x**3 - 3) / 4)


@pytest.mark.parametrize(("errors", "clusters"), [(2, 2), (3, 2), (15, 2), (24, 3), (199, 24), (200, 25), (5_000, 25)])
def test_a_person_is_shown_at_most_25_clusters_of_8_errors(errors, clusters):
    assert choose_count("most", errors, None) == clusters


def test_a_knee_is_where_the_slope_stops_rising():
    # The slope of exp(-k / 5) rises as 1 - exp(-k / 5), farthest above the straight line at 5 ln(48 / 5) = 11.3.
    clusters = np.arange(2, 51)
    assert choose_count("knee", 200, np.exp(-(clusters - 2) / 5)) == pytest.approx(2 + 11.3, abs=1)


@pytest.mark.parametrize("points", [1, 2, 3, 4, 10])
def test_a_straight_line_has_an_answer_too(points):
    assert 2 <= choose_count("knee", 50, np.linspace(1, 0.5, points)) <= points + 1


def test_an_unknown_way_to_count_is_refused():
    with pytest.raises(ConfigError, match="hudd.root_causes.count is 'gap'; expected one of: most, knee"):
        choose_count("gap", 10, None)


def test_the_medoid_is_the_member_nearest_to_the_others():
    rows, _ = blobs(25)
    causes = describe_clusters("conv", grow_tree(rows).cut(3), rows)
    distances = reference_distances(rows.astype(np.float64))
    for number, medoid in enumerate(causes.medoids):
        members = np.flatnonzero(causes.cluster == number)
        assert medoid == members[distances[np.ix_(members, members)].sum(1).argmin()]
        np.testing.assert_allclose(causes.distances[members], distances[members, medoid], atol=1e-6)
        assert causes.members(number)[0] == medoid
        assert sorted(causes.members(number)) == members.tolist()


def test_a_cause_is_as_suspicious_as_its_share_of_the_errors():
    rows, _ = blobs(25)
    found = describe_clusters("conv", np.array([0] * 20 + [-1] * 5), rows).localization()
    assert found.suspiciousness.tolist() == [0.8]
    assert found.element_ids.tolist() == ["cause_1"]


def test_forms():
    heatmaps = np.array([[[4.0, -9.0]], [[0.0, 0.0]], [[1.0, 3.0]]])
    assert fit_form("none", heatmaps)(heatmaps).tolist() == heatmaps.reshape(3, 2).tolist()
    np.testing.assert_allclose(fit_form("layer_minmax", heatmaps)(heatmaps)[0], [1, 0])
    np.testing.assert_allclose(fit_form("l2", heatmaps)(heatmaps)[2], [1 / 10**0.5, 3 / 10**0.5], rtol=1e-6)
    rooted = fit_form("sqrt_l2", heatmaps)(heatmaps)
    np.testing.assert_allclose(rooted[0], [2 / 13**0.5, -3 / 13**0.5], rtol=1e-6)
    assert rooted[1].tolist() == [0, 0]


def test_a_form_is_the_same_for_other_heatmaps_of_the_layer():
    heatmaps = np.array([[0.0, 2.0], [1.0, 4.0]])
    np.testing.assert_allclose(fit_form("layer_minmax", heatmaps)(np.array([[8.0, 2.0]])), [[2.0, 0.5]])


def test_an_unknown_form_is_refused():
    with pytest.raises(ConfigError, match="there is no form 'softmax' of heatmaps; expected one of: none"):
        fit_form("softmax", np.zeros((2, 2)))
