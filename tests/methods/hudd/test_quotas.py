import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.methods.hudd.quotas import QUOTAS, quotas_of
from tests.methods.hudd.retraining_references import reference_dealt_by_size

# Clusters of 5, 3, 2 and 1 errors, and two outliers.
CLUSTERS = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, -1, -1])


def quotas(quota: str, clusters=CLUSTERS, *, images=200, error_share=0.5, factor=0.3, least=2) -> list[int]:
    return quotas_of(clusters, quota, images=images, error_share=error_share, factor=factor, least=least).tolist()


@pytest.mark.parametrize(("factor", "expected"), [(2, [10, 6, 4, 0]), (0.3, [2, 1, 1, 0]), (1.1, [6, 4, 3, 0])])
def test_the_released_quota_is_the_factor_times_the_members_rounded_up(factor, expected):
    assert quotas("released", factor=factor) == expected


def test_the_papers_quota_deals_the_budget_out_by_size():
    assert quotas("paper") == [15, 9, 6, 0]  # 200 * 0.3 * 0.5 = 30


def test_whole_images_are_dealt_out_by_the_largest_remainders():
    rng = np.random.default_rng(0)
    for _ in range(50):
        sizes = np.sort(rng.integers(2, 40, rng.integers(1, 9)))[::-1]
        clusters = np.repeat(np.arange(len(sizes)), sizes)
        budget = int(rng.integers(1, 200))
        found = quotas("paper", clusters, images=budget, error_share=1.0, factor=1)
        assert found == reference_dealt_by_size(budget, sizes.tolist())


def test_a_floor_gives_every_cluster_its_least_and_the_rest_by_size():
    assert quotas("floored", least=5) == [5 + 8, 5 + 4, 5 + 3, 0]  # 15 are left: 7.5, 4.5, 3


@pytest.mark.parametrize("quota", ["paper", "floored"])
def test_the_budget_is_the_same_however_it_is_dealt_out(quota):
    assert sum(quotas(quota, images=311)) == round(311 * 0.3 * 0.5)


@pytest.mark.parametrize("quota", QUOTAS)
def test_lone_errors_and_outliers_get_no_images(quota):
    found = quotas(quota)
    assert len(found) == 4
    assert found[3] == 0 < min(found[:3])


@pytest.mark.parametrize("quota", QUOTAS)
def test_clusters_of_one_error_alone_are_an_error(quota):
    with pytest.raises(DataError, match="none of the 4 errors shares a cluster.*ask for fewer clusters"):
        quotas(quota, np.array([0, 1, 2, -1]))


@pytest.mark.parametrize("quota", QUOTAS)
def test_no_images_are_an_error(quota):
    with pytest.raises(DataError, match="no improvement images; expected some"):
        quotas(quota, images=0)


@pytest.mark.parametrize("quota", QUOTAS)
def test_fewer_images_than_the_budget_are_an_error(quota):
    with pytest.raises(DataError, match=r"quotas ask for \d+ improvement images, but there are 9; .*lower the factor"):
        quotas(quota, images=9, error_share=1.0, factor=2)


def test_a_budget_of_no_image_is_an_error():
    with pytest.raises(DataError, match="0.3 of the 10 improvement images times 0.01.*not one image"):
        quotas("paper", images=10, error_share=0.01)


def test_a_floor_above_the_budget_is_an_error():
    with pytest.raises(ConfigError, match="20 images for each of 3 clusters are 60, and the budget is 30"):
        quotas("floored", least=20)


@pytest.mark.parametrize(
    ("settings", "said"), [({"factor": 0}, "factor of the quotas is 0"), ({"least": -1}, "least number .* is -1")]
)
def test_a_setting_out_of_range_is_named(settings, said):
    with pytest.raises(ConfigError, match=said):
        quotas("floored", **settings)


def test_an_unknown_quota_is_named_with_those_there_are():
    with pytest.raises(ConfigError, match="no quota 'half'.*released, paper, floored"):
        quotas("half")
