import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.clusters import judge_clusters, judge_permuted, majority_cause, rarest_cause
from tests.evaluation.cluster_references import reference_clusters

BLUR, NOISE, BOTH, NEITHER = ("blur",), ("noise",), ("blur", "noise"), ()


def judged(cluster, causes):
    return judge_clusters(np.array(cluster), causes)


@pytest.mark.parametrize("seed", range(12))
def test_the_figures_are_those_of_the_slow_reference(seed):
    rng = np.random.default_rng(seed)
    kinds = [NEITHER, BLUR, NOISE, BOTH, ("dark",), ("dark", "noise")]
    weights = [rng.dirichlet(np.full(len(kinds), 0.2)) for _ in range(5)]
    cluster = rng.integers(-1, 4, 120)
    causes = [kinds[rng.choice(len(kinds), p=weights[number])] for number in cluster]
    figures, expected = judged(cluster, causes), reference_clusters(cluster.tolist(), causes)
    assert figures.purity == pytest.approx(float(expected["purity"]))
    assert figures.strict_purity == pytest.approx(float(expected["strict_purity"]))
    assert figures.majority == expected["majority"]
    assert figures.recall == pytest.approx({name: float(share) for name, share in expected["recall"].items()})
    assert figures.coverage == np.mean([share > 0 for share in expected["recall"].values()])


def test_clusters_that_are_the_causes_are_pure_and_find_all():
    figures = judged([0, 0, 0, 1, 1], [BLUR, BLUR, BLUR, NOISE, NOISE])
    assert (figures.purity, figures.coverage, figures.clusters) == (1, 1, 2)
    assert figures.found == ("blur", "noise")


def test_an_outlier_is_impure_and_no_cluster():
    figures = judged([0, 0, -1, -1], [BLUR, BLUR, BLUR, BLUR])
    assert (figures.purity, figures.clusters, figures.outliers) == (0.5, 1, 2)
    assert figures.recall == {"blur": 0.5}


def test_outliers_alone_are_impure_and_find_nothing():
    figures = judged([-1, -1], [BLUR, NOISE])
    assert (figures.purity, figures.coverage, figures.clusters) == (0, 0, 0)


def test_an_error_of_two_causes_is_explained_by_either_and_by_none_if_one_is_strict():
    figures = judged([0, 0, 0, 1, 1, 1], [BLUR, BLUR, BOTH, NOISE, NOISE, BOTH])
    assert figures.purity == 1
    assert figures.strict_purity == pytest.approx(4 / 6)


def test_an_error_of_two_causes_has_one_vote():
    # Three halves for noise, against two whole ones for blur.
    assert majority_cause([("dark", "noise")] * 3 + [BLUR] * 2) == "blur"


def test_of_causes_with_as_many_votes_the_first_by_name_is_the_majority():
    assert majority_cause([NOISE, BLUR]) == "blur"


def test_errors_without_a_planted_cause_can_be_pure_and_need_not_be_found():
    figures = judged([0, 0, 1, 1], [NEITHER, NEITHER, BLUR, BLUR])
    assert figures.purity == 1
    assert figures.found == ("blur",)
    assert figures.coverage == 1


def test_a_cluster_of_one_error_finds_nothing():
    assert judged([0, 1, 1], [NOISE, BLUR, BLUR]).found == ("blur",)


def test_nine_in_ten_is_pure_and_less_is_not():
    assert judged([0] * 10, [BLUR] * 9 + [NOISE]).found == ("blur",)
    assert judged([0] * 9, [BLUR] * 8 + [NOISE]).found == ()


def test_the_rarest_cause_has_the_fewest_errors():
    assert rarest_cause([BLUR, BLUR, BOTH, NEITHER]) == "noise"


def test_without_a_planted_cause_none_is_the_rarest():
    with pytest.raises(DataError, match="no error has a planted cause"):
        rarest_cause([NEITHER])


def test_permuted_clusters_keep_their_sizes_and_are_as_pure_as_chance():
    rng = np.random.default_rng(0)
    causes = [BLUR] * 300 + [NOISE] * 100
    cluster = np.repeat([0, 1, -1], [280, 80, 40])
    own, chance = judged(cluster, causes).numbers(), judge_permuted(cluster, causes, 50, rng)
    assert (chance["clusters"], chance["outliers"]) == (2, 40)
    # Both clusters have blur for a majority: three quarters of what is in clusters.
    assert chance["purity"] == pytest.approx(0.75 * 0.9, abs=0.01)
    assert chance["coverage"] == 0
    assert own["purity"] > chance["purity"]


def test_permuted_figures_are_the_same_for_the_same_generator():
    cluster, causes = np.arange(40) % 4, [BLUR, NOISE] * 20
    first, second = (judge_permuted(cluster, causes, 5, np.random.default_rng(1)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("cluster", "causes"), [([], []), ([0, 1], [BLUR])])
def test_no_errors_or_another_number_of_causes_is_one_sentence(cluster, causes):
    with pytest.raises(DataError, match="expected one or more, and as many of both"):
        judge_clusters(np.array(cluster, dtype=np.int64), causes)
