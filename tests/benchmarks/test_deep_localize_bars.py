"""What the monitor has to reach on the programs that its thresholds were set on.

The whole measurement, five seeds and the tools that it is compared with: `python -m benchmarks.deep_localize`.
"""

from collections import Counter

import pytest

from benchmarks.deep_localize.runs import Run
from benchmarks.deep_localize.sets import SETS
from tests.benchmarks.monitor_answers import SEEDS, answers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return answers("main")


@pytest.mark.parametrize("seed", SEEDS)
def test_at_least_34_of_36_faults_are_detected_and_31_localised(runs, seed):
    faulty = [run for run in runs if run.fixed is False and run.seed == seed]
    assert len(faulty) == 36
    assert sum(run.answer.is_alarm for run in faulty) >= 34
    assert sum(run.is_localised for run in faulty) >= 31


def test_no_alarm_on_any_fixed_twin(runs):
    assert not [(run.program, run.seed, run.answer.text) for run in runs if run.fixed and run.answer.is_alarm]


def test_no_error_and_at_most_one_warning_in_sixty_healthy_runs(runs):
    healthy = [run for run in runs if run.fixed is None]
    alarms = [(run.program, run.seed, run.answer.text) for run in healthy if run.answer.is_alarm]
    assert len(healthy) == 20 * len(SEEDS) and not [run for run in healthy if run.answer.is_error]
    assert len(alarms) <= 1, alarms


def test_every_fault_is_named_within_a_hundred_steps_but_for_plateaus(runs):
    late = [(run.program, run.answer.step) for run in runs if run.fixed is False and run.answer.step > 100]
    # A healthy network may stand at a guess for a hundred steps: of one that does, it is said after 150.
    assert {program for program, _ in late} <= {"SO31556268", "PT-random-labels"}
    assert all(step <= 150 for _, step in late)


def test_a_broken_contract_is_named_at_the_first_step(runs):
    kinds = {program.id: program.kind for program in SETS["main"]()[0]}
    late = Counter(
        run.program for run in runs if run.fixed is False and kinds[run.program] == "contract" and run.answer.step > 1
    )
    # That all labels are the same is only known once enough of them were seen; that units are copies, after steps; and
    # inputs out of scale are a fault only where the model does not learn.
    assert set(late) <= {"SO59325381", "SO39525358", "PT-zero-init", "PT-no-zero-grad"}
