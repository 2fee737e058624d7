import pytest

from faultloc.errors import ConfigError
from faultloc.evaluation.sensitivity import follow_setting
from faultloc.evaluation.sweep_results import check_sweep
from tests.evaluation.sweep_case import sweep_table


def test_a_setting_is_followed_with_all_others_held() -> None:
    results = check_sweep(sweep_table(seeds=[0, 1], ratios=["0.1", "0.05", "0.01"]))
    followed = follow_setting(results, "mutation.ratio", ["loss"], ["rauc"])
    assert list(dict.fromkeys(followed["rest"])) == ["digits, lenet1, random_data", "digits, lenet1, random_label"]
    one = followed[followed["rest"] == "digits, lenet1, random_data"]
    assert one["value"].tolist() == ["0.01", "0.05", "0.1"]
    assert one["mean"].tolist() == pytest.approx([0.9015, 0.9055, 0.9105])
    assert (one["repetitions"] == 2).all()


def test_where_only_one_value_was_run_there_is_nothing_to_follow() -> None:
    table = sweep_table(ratios=["0.05", "0.1"])
    table = table[(table["fault"] == "random_label") | (table["mutation.ratio"] == "0.05")]
    followed = follow_setting(check_sweep(table), "mutation.ratio", ["loss"], ["rauc"])
    assert set(followed["rest"]) == {"digits, lenet1, random_label"}


def test_two_settings_are_followed_one_at_a_time() -> None:
    table = sweep_table(faults=["random_label"], ratios=["0.05", "0.1"])
    table["mutation.epochs"] = [str(1 + int(job) % 5 // 3) for job in table["job"]]
    results = check_sweep(table)
    followed = follow_setting(results, "mutation.ratio", ["loss"], ["rauc"])
    assert set(followed["rest"]) == {
        "digits, lenet1, random_label, mutation.epochs=1",
        "digits, lenet1, random_label, mutation.epochs=2",
    }


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no setting 'mutation.speed'"):
        follow_setting(check_sweep(sweep_table()), "mutation.speed", ["loss"], ["rauc"])
