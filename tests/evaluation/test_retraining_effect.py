import math
from collections.abc import Sequence

import pandas as pd
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.retraining_effect import ALL_CASES, check_purified, effect_of_retraining
from faultloc.evaluation.sweep_results import check_sweep
from tests.evaluation.sweep_case import sweep_table


def purified(gains: Sequence[float]) -> pd.DataFrame:
    """A job for each gain of the cleaned set over the uncleaned one, before which the accuracy was 0.8."""
    rows = [
        {
            "job": job,
            "test_accuracy_before": 0.8,
            "test_accuracy_cleaned": round(0.85 + gain, 6),
            "test_accuracy_uncleaned": 0.85,
        }
        for job, gain in enumerate(gains)
    ]
    return pd.DataFrame(rows).astype(str)


def test_jobs_are_matched_with_the_settings_of_the_results() -> None:
    results = check_sweep(sweep_table(seeds=[0, 1]))
    accuracies, notes = check_purified(purified([0.01, 0.03, 0.02, 0.04]), results)
    effect = effect_of_retraining(accuracies).set_index("case")
    assert effect.loc["digits, lenet1, random_label", "gain"] == pytest.approx(0.02)
    assert effect.loc["digits, lenet1, random_data", "gain"] == pytest.approx(0.03)
    assert effect.loc[ALL_CASES, "gain"] == pytest.approx(0.025)
    assert effect.loc[ALL_CASES, "change"] == pytest.approx(0.075)
    assert notes == ()


def test_six_pairs_that_all_gain_are_significant_and_five_are_too_few() -> None:
    results = check_sweep(sweep_table(seeds=range(6), faults=["random_label"]))
    gains = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
    six = effect_of_retraining(check_purified(purified(gains), results)[0])
    assert six["p"].tolist() == pytest.approx([2 / 64])
    five = effect_of_retraining(check_purified(purified(gains[:5]), results)[0])
    assert math.isnan(five["p"].iloc[0])


def test_gains_that_differ_by_rounding_only_are_ties() -> None:
    # 0.86 - 0.85 and 0.87 - 0.86 are not the same float: their ranks have to be.
    accuracies = pd.DataFrame(
        {
            "case": "one",
            "before": 0.8,
            "cleaned": [0.86, 0.87, 0.86, 0.88, 0.84, 0.87],
            "uncleaned": [0.85, 0.86, 0.87, 0.87, 0.85, 0.86],
        }
    )
    # Six equal sizes, two of them losses: of the 64 ways, 2 (1 + 6 + 15) lie as far out.
    assert effect_of_retraining(accuracies)["p"].iloc[0] == pytest.approx(44 / 64)


def test_a_job_without_a_test_set_is_left_out_and_counted() -> None:
    results = check_sweep(sweep_table(seeds=[0, 1], faults=["random_label"]))
    table = purified([0.01, 0.02])
    table.loc[0, ["test_accuracy_before", "test_accuracy_cleaned", "test_accuracy_uncleaned"]] = ""
    accuracies, notes = check_purified(table, results)
    assert len(accuracies) == 1
    assert notes == ("Jobs without all three accuracies, which are left out: 1.",)


def test_a_table_with_settings_of_its_own_needs_no_jobs() -> None:
    table = purified([0.01, 0.02]).drop(columns="job").assign(dataset="digits", seed=["0", "1"])
    accuracies, _ = check_purified(table, check_sweep(sweep_table()))
    assert accuracies["case"].tolist() == ["digits", "digits"]


def test_a_table_without_accuracies_is_one_sentence() -> None:
    with pytest.raises(DataError, match="lacks test_accuracy_cleaned"):
        check_purified(purified([0.01]).drop(columns="test_accuracy_cleaned"), check_sweep(sweep_table()))


def test_accuracies_in_percent_are_refused() -> None:
    table = purified([0.01]).assign(test_accuracy_before="85")
    with pytest.raises(DataError, match="holds 85; expected shares"):
        check_purified(table, check_sweep(sweep_table()))


def test_a_job_of_another_sweep_is_named() -> None:
    with pytest.raises(DataError, match="names job 99"):
        check_purified(purified([0.01]).assign(job="99"), check_sweep(sweep_table()))


def test_the_same_job_twice_is_refused() -> None:
    table = purified([0.01])
    with pytest.raises(DataError, match="two rows are the retraining of"):
        check_purified(pd.concat([table, table]), check_sweep(sweep_table()))
