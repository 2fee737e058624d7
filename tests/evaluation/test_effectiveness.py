import math

import pytest

from faultloc.evaluation.effectiveness import compare_rankings, count_outcomes, summarize_repetitions
from faultloc.evaluation.sweep_results import check_sweep
from tests.evaluation.sweep_case import sweep_table

OURS = ["dfaulo_online"]


def test_mean_and_spread_are_over_the_seeds() -> None:
    results = check_sweep(sweep_table(seeds=[0, 2], faults=["random_label"]))
    row = summarize_repetitions(results, ["loss"], ["rauc"]).iloc[0]
    assert (row["mean"], row["repetitions"]) == (pytest.approx(0.906), 2)
    assert row["sd"] == pytest.approx(0.001 * math.sqrt(2))  # of 0.905 and 0.907, divided by n - 1


def test_one_seed_has_a_mean_and_no_spread() -> None:
    row = summarize_repetitions(check_sweep(sweep_table(seeds=[1])), ["loss"], ["rauc"]).iloc[0]
    assert row["mean"] == pytest.approx(0.906) and math.isnan(row["sd"])


def test_the_better_ranking_wins_every_case_by_both_kinds_of_metric() -> None:
    results = check_sweep(sweep_table())
    counts = count_outcomes(compare_rankings(results, OURS, ["loss", "random"], ["rauc", "exam_average"]))
    assert len(counts) == 4
    assert (counts["win"] == 2).all() and (counts[["tie", "loss", "too few"]] == 0).all(axis=None)


def test_the_worse_ranking_loses() -> None:
    comparisons = compare_rankings(check_sweep(sweep_table()), ["random"], ["loss"], ["rauc"])
    assert (comparisons["outcome"] == "loss").all()


def test_an_absent_baseline_cannot_be_told() -> None:
    table = sweep_table()
    table = table[(table["ranking"] != "loss") | (table["fault"] == "random_label")]
    counts = count_outcomes(compare_rankings(check_sweep(table), OURS, ["loss"], ["rauc"]))
    assert counts.loc[0, ["win", "too few"]].tolist() == [1, 1]


def test_three_seeds_are_too_few_to_win() -> None:
    comparisons = compare_rankings(check_sweep(sweep_table(seeds=range(3))), OURS, ["random"], ["rauc"])
    assert (comparisons["outcome"] == "too few").all()
