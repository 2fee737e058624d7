import pandas as pd
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.stage_cost import check_times, cost_by_stage
from faultloc.evaluation.sweep_results import check_sweep
from tests.evaluation.sweep_case import sweep_table


def times_of(jobs: dict[str, dict[str, str]]) -> pd.DataFrame:
    """A table of text: seconds by job and stage."""
    rows = [(job, stage, seconds) for job, stages in jobs.items() for stage, seconds in stages.items()]
    return pd.DataFrame(rows, columns=["job", "stage", "seconds"]).astype(str)


def test_the_cost_of_a_case_is_the_mean_over_its_jobs() -> None:
    results = check_sweep(sweep_table(seeds=[0, 1]))  # jobs 0 and 1 are random_label, 2 and 3 random_data
    times = check_times(times_of({str(job): {"train": str(10 + job)} for job in range(4)}))
    cost, notes = cost_by_stage(times, results)
    seconds = dict(zip(cost["case"], cost["seconds"], strict=True))
    assert seconds == {"digits, lenet1, random_label": 10.5, "digits, lenet1, random_data": 12.5}
    assert notes == ()


def test_a_stage_from_the_cache_is_noted_and_not_counted_as_zero() -> None:
    results = check_sweep(sweep_table(seeds=[0, 1], faults=["random_label"]))
    times = check_times(times_of({"0": {"train": "30", "mutation": "5"}, "1": {"mutation": "7"}}))
    cost, notes = cost_by_stage(times, results)
    assert cost.set_index("stage")["seconds"].to_dict() == {"train": 30, "mutation": 6}
    assert "Not every job ran train" in notes[0]


def test_jobs_without_results_are_left_out_and_counted() -> None:
    results = check_sweep(sweep_table(seeds=[0], faults=["random_label"]))
    cost, notes = cost_by_stage(check_times(times_of({"0": {"train": "1"}, "77": {"train": "99"}})), results)
    assert cost["seconds"].tolist() == [1]
    assert notes == ("Jobs with times but without results, which are left out: 1.",)


def test_times_of_nameless_jobs_are_one_case() -> None:
    results = check_sweep(sweep_table().drop(columns="job"))
    cost, notes = cost_by_stage(check_times(times_of({"a": {"train": "1"}, "b": {"train": "3"}})), results)
    assert (cost["case"].tolist(), cost["seconds"].tolist()) == (["all jobs"], [2])
    assert notes == ("The times name no case: all jobs are one.",)


def test_times_that_name_their_settings_need_no_results() -> None:
    results = check_sweep(sweep_table().drop(columns="job"))
    times = times_of({"a": {"train": "1"}, "b": {"train": "3"}}).assign(dataset=["mnist", "digits"])
    cost, _ = cost_by_stage(check_times(times), results)
    assert dict(zip(cost["case"], cost["seconds"], strict=True)) == {"mnist": 1, "digits": 3}


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (pd.DataFrame({"job": ["0"], "seconds": ["1"]}), "add stage"),
        (times_of({"0": {"train": "-1"}}), "holds -1; expected 0 or more"),
        (times_of({"0": {"train": "fast"}}), "'fast'; expected numbers"),
        (pd.concat([times_of({"0": {"train": "1"}})] * 2), "two times of stage train"),
    ],
)
def test_wrong_times_are_one_sentence(times: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        check_times(times)
