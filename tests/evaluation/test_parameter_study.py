import numpy as np
import pytest

from faultloc.evaluation.known_parameters import known_parameters
from faultloc.evaluation.parameter_study import study_parameters
from faultloc.report.hudd.parameter_sentences import describe_parameters

KNOWN = known_parameters({"gaze": {"period": 360, "near": [0], "margin": 10}}, "here")


def gazes(rng):
    """Three clusters of 30 errors: all near 0 degrees, to both sides of it; all near 90; anywhere. And ten outliers."""
    gaze = [rng.uniform(-8, 8, 30) % 360, rng.uniform(82, 98, 30), rng.uniform(0, 360, 40)]
    return {"gaze": np.concatenate(gaze), "noise": rng.normal(size=100)}, np.repeat([0, 1, 2, -1], [30, 30, 30, 10])


def test_a_cluster_at_an_unsafe_value_is_told_from_one_elsewhere_and_from_chance():
    rng = np.random.default_rng(0)
    study = study_parameters(*gazes(rng), KNOWN)
    assert study.largest["parameter"].to_dict() | {3: ""} == {1: "gaze", 2: "gaze", 3: ""}
    assert study.unsafe[["cluster", "is_unsafe"]].to_numpy().tolist() == [[1, True], [2, False]]
    assert study.share_unsafe == 0.5
    assert study.figures.share_high == pytest.approx(2 / 3)
    assert study.permuted.share_high < 0.05
    assert not study.share_unsafe_permuted > 0.2  # nearly no cluster by chance is alike at all
    said = " ".join(describe_parameters(study)).replace("\N{NO-BREAK SPACE}", " ")
    assert "In 66.7 % of the clusters" in said and "Of the 2 clusters" in said and "chance" in said


def test_the_figures_of_chance_stand_beside_those_of_clusters_by_chance():
    rng = np.random.default_rng(1)
    parameters, cluster = gazes(rng)
    mixed = cluster.copy()
    mixed[:90] = rng.permutation(cluster[:90])
    study = study_parameters(parameters, mixed, KNOWN, permutations=50)
    assert study.figures.mean_best == pytest.approx(study.permuted.mean_best, abs=0.1)
    assert study.numbers()["unsafe_clusters"] is None


def test_without_unsafe_values_nothing_is_said_of_them():
    rng = np.random.default_rng(2)
    study = study_parameters(*gazes(rng), known_parameters({}, "here"), permutations=5)
    assert not len(study.unsafe)
    assert len(describe_parameters(study)) == 1


def test_where_chance_gives_no_cluster_that_is_alike_it_is_said():
    rng = np.random.default_rng(3)
    study = study_parameters(*gazes(rng), KNOWN, permutations=1)
    assert np.isnan(study.share_unsafe_permuted)
    assert "chance gives no such cluster" in describe_parameters(study)[1]
