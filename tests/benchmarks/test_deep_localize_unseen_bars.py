"""What the monitor has to reach on the programs that its thresholds were not set on: a file, and a worker, of its own.

The whole measurement: `python -m benchmarks.deep_localize --set holdout`.
"""

import pytest

from tests.benchmarks.monitor_answers import answers

pytestmark = pytest.mark.exhaustive


def test_most_faults_that_were_not_at_hand_are_detected_without_a_false_alarm():
    unseen = answers("holdout")
    faulty = [run for run in unseen if run.fixed is False]
    assert sum(run.answer.is_alarm for run in faulty) >= 0.8 * len(faulty)
    assert not [(run.program, run.answer.text) for run in unseen if run.fixed is not False and run.answer.is_alarm]
