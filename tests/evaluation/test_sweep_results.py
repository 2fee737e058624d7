import numpy as np
import pandas as pd
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.evaluation.sweep_cases import is_metric, natural_order
from faultloc.evaluation.sweep_results import check_sweep, choose_metrics, is_higher_better
from faultloc.report.shared.metric_headings import METRIC_HEADINGS
from tests.evaluation.sweep_case import sweep_table


def test_a_case_is_named_by_its_subject_and_by_what_varies() -> None:
    assert check_sweep(sweep_table()).cases == ["digits, lenet1, random_data", "digits, lenet1, random_label"]
    varied = check_sweep(sweep_table(faults=["none"], ratios=["0.1", "0.05"]))
    assert varied.cases == ["digits, lenet1, none, mutation.ratio=0.05", "digits, lenet1, none, mutation.ratio=0.1"]
    assert varied.varying == ["mutation.ratio"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    table = sweep_table(ratios=["0.01", "0.1"])
    once, again = check_sweep(table), check_sweep(table.sample(frac=1, random_state=0))
    assert once.cases == again.cases
    for case in once.cases:
        assert (once.repetitions(case, "loss", "rauc") == again.repetitions(case, "loss", "rauc")).all()


def test_repetitions_are_the_values_over_the_seeds() -> None:
    values = check_sweep(sweep_table(seeds=[0, 1, 2])).repetitions("digits, lenet1, random_data", "loss", "rauc")
    assert values == pytest.approx([0.905, 0.906, 0.907])


def test_missing_and_infinite_values_are_left_out_and_counted() -> None:
    table = sweep_table(seeds=[0, 1, 2], faults=["random_label"])
    table.loc[table["ranking"] == "loss", "rauc"] = ["", "nan", "inf"]
    results = check_sweep(table)
    assert len(results.repetitions(results.cases[0], "loss", "rauc")) == 0
    assert "Values that are missing or not finite, and left out: 3." in results.notes


def test_an_unknown_ranking_has_no_repetitions() -> None:
    results = check_sweep(sweep_table())
    assert len(results.repetitions(results.cases[0], "nobody", "rauc")) == 0


def test_one_seed_is_noted() -> None:
    assert "Every case was run with one seed: no spread, no test." in check_sweep(sweep_table(seeds=[3])).notes


def test_a_table_without_seeds_is_one_run_of_every_case() -> None:
    results = check_sweep(sweep_table(seeds=[0]).drop(columns="seed"))
    assert any("no column seed" in note for note in results.notes)


def test_a_share_below_one_percent_is_a_metric_and_no_setting() -> None:
    results = check_sweep(sweep_table().assign(**{"pobl@0.5": "0.25"}))
    assert "pobl@0.5" in results.metrics and "pobl@0.5" not in results.settings


def test_columns_that_nobody_reads_are_named() -> None:
    results = check_sweep(sweep_table().assign(status="done"))
    assert "Neither settings nor metrics, so not read: status." in results.notes


def test_a_setting_that_a_job_was_not_given_is_its_default() -> None:
    table = sweep_table(faults=["random_label"], ratios=["", "0.1"])
    assert check_sweep(table).cases == [
        "digits, lenet1, random_label, mutation.ratio=default",
        "digits, lenet1, random_label, mutation.ratio=0.1",
    ]


def test_rows_without_a_metric_are_no_results() -> None:
    with pytest.raises(DataError, match=r"columns job, dataset.*expected ranking and at least one metric"):
        check_sweep(sweep_table().drop(columns=["rauc", "exam_average"]))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(DataError, match="no row of a ranking"):
        check_sweep(sweep_table().head(0))


def test_a_metric_that_is_no_number_is_named() -> None:
    table = sweep_table()
    table.loc[3, "rauc"] = "high"
    with pytest.raises(DataError, match="column rauc holds 'high'"):
        check_sweep(table)


def test_the_same_repetition_twice_is_refused() -> None:
    table = sweep_table()
    with pytest.raises(DataError, match=r"two rows are the ranking .* with seed 0; expected one"):
        check_sweep(pd.concat([table, table.head(1)]))


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no metric 'rocket'.*rauc, exam_average"):
        choose_metrics(check_sweep(sweep_table()), ["rocket"])


def test_the_direction_of_a_metric_is_the_reports() -> None:
    for name, heading in METRIC_HEADINGS.items():
        assert is_metric(name)
        assert is_higher_better(name) == heading.higher_is_better


def test_numbers_are_ordered_by_their_size() -> None:
    assert sorted(["10", "direct", "9", "1e-3", "default"], key=natural_order) == [
        "default",
        "1e-3",
        "9",
        "10",
        "direct",
    ]


def test_the_table_that_is_checked_stays_as_it_is() -> None:
    table = sweep_table()
    before = table.copy()
    check_sweep(table)
    assert (table.to_numpy() == before.to_numpy()).all() and np.array_equal(table.columns, before.columns)
