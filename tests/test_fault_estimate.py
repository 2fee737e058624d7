import json

import pytest

from faultloc.fault_estimate import ALIKE, MEMORISED, FaultEstimate

SURE = FaultEstimate(expected=78, low=70, high=92, worthwhile_depth=110)
WIDE = FaultEstimate(expected=17, low=0, high=84, worthwhile_depth=27, doubts=(ALIKE,))
NONE = FaultEstimate(expected=None, low=0, high=400, worthwhile_depth=20, doubts=(MEMORISED,))


@pytest.mark.parametrize("estimate", [SURE, WIDE, NONE])
def test_a_summary_says_what_it_was_made_from(estimate):
    assert FaultEstimate.from_summary(json.loads(json.dumps({**estimate.as_summary(), "samples": 1437}))) == estimate


def test_a_summary_names_the_interval_how_far_to_look_and_the_doubts():
    assert WIDE.as_summary() == {
        "expected_faults": 17,
        "expected_faults_low": 0,
        "expected_faults_high": 84,
        "worthwhile_depth": 27,
        "doubts": ["classes alike"],
    }


def test_a_summary_of_samples_alone_holds_no_estimate():
    assert FaultEstimate.from_summary({"samples": 1437}) is None


def test_a_summary_of_an_earlier_version_holds_no_doubts():
    earlier = {"expected_faults": 2, "expected_faults_low": 1, "expected_faults_high": 4, "worthwhile_depth": 3}
    assert FaultEstimate.from_summary(earlier) == FaultEstimate(2, 1, 4, 3)


def test_where_no_count_can_be_given_none_is_said_and_why_is():
    assert NONE.count_words(400) == "how many of 400 samples are faulty cannot be said"
    assert "learned its wrong labels by heart" in NONE.reasons
    seen = FaultEstimate(None, 24, 400, 60, (MEMORISED,))
    assert seen.count_words(400).endswith("cannot be said, but at least 24 look so")
    bounded = FaultEstimate(None, 24, 110, 60, (MEMORISED,))
    assert bounded.count_words(400).endswith("but at least 24 look so and at most 110 may be")


@pytest.mark.parametrize(
    ("estimate", "advice"),
    [
        (SURE, "it pays to look at the first 110 of the list"),
        (WIDE, "look at the first 27 of the list and judge whether it pays to go on"),
        (NONE, "look at the first 20 of the list and judge whether it pays to go on"),
        (
            FaultEstimate(0, 0, 1, 0),
            "look at the head of the list and judge whether it pays to go on",
        ),  # an earlier one
    ],
)
def test_advice_is_never_to_look_at_none(estimate, advice):
    assert estimate.advice(1437) == advice
