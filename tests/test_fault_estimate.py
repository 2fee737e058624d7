from faultloc.fault_estimate import FaultEstimate


def test_a_summary_says_what_it_was_made_from():
    estimate = FaultEstimate(expected=78, low=70, high=92, worthwhile_depth=110)
    assert FaultEstimate.from_summary({**estimate.as_summary(), "samples": 1437}) == estimate


def test_a_summary_names_the_interval_and_how_far_to_look():
    assert FaultEstimate(expected=2, low=1, high=4, worthwhile_depth=3).as_summary() == {
        "expected_faults": 2,
        "expected_faults_low": 1,
        "expected_faults_high": 4,
        "worthwhile_depth": 3,
    }


def test_a_summary_of_samples_alone_holds_no_estimate():
    assert FaultEstimate.from_summary({"samples": 1437}) is None
