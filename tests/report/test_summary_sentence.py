import pytest

from faultloc.report.dfaulo.summary_sentence import describe_summary

ONE = {"expected_faults": 1, "expected_faults_low": 0, "expected_faults_high": 3, "worthwhile_depth": 2, "samples": 50}
MANY = {
    "expected_faults": 1200,
    "expected_faults_low": 1100,
    "expected_faults_high": 1300,
    "worthwhile_depth": 2500,
    "samples": 60_000,
}


def test_one_fault_is_spoken_of_in_the_singular():
    assert describe_summary({**ONE, "kinds": {"wrong label": 1}}) == (
        "About 1 of 50 samples looks faulty (between 0 and 3). The suspected ones are 1 wrong label. "
        "Look at the first 2 of the list and judge whether it pays to go on."
    )


def test_each_kind_is_counted_in_the_plural():
    kinds = {"ambiguous": 3, "foreign input": 2, "near-duplicate with another label": 4, "wrong label": 1191}
    assert (
        "1,200 of 60,000 samples look faulty (between 1,100 and 1,300). The suspected ones are 3 ambiguous, "
        "2 foreign inputs, 4 near-duplicates with another label and 1,191 wrong labels. It pays to look at the first "
        "2,500 of the list."
    ) in describe_summary({**MANY, "kinds": kinds})


def test_more_suspects_than_faults_are_said_to_hold_sound_ones():
    said = describe_summary({**ONE, "kinds": {"ambiguous": 7, "wrong label": 1}})
    assert "More samples are suspected, some of which are sound: 7 ambiguous and 1 wrong label." in said


@pytest.mark.parametrize("kinds", [{}, {"wrong label": 0}])
def test_where_no_sample_is_suspected_on_its_own_that_is_said(kinds):
    assert "None of them is suspected on its own." in describe_summary({**ONE, "kinds": kinds})


def test_without_an_estimate_only_the_ranking_is_spoken_of():
    assert describe_summary({"samples": 60_000}) == "60,000 samples ranked, the most suspicious first."


def test_where_no_count_can_be_given_the_reason_stands_beside_it():
    none = {**ONE, "expected_faults": None, "expected_faults_high": 50, "worthwhile_depth": 20, "kinds": {}}
    said = describe_summary({**none, "doubts": ["memorised"]})
    assert said.startswith(
        "How many of 50 samples are faulty cannot be said. The reason: the model agrees with nearly all"
    )
    assert said.endswith("Look at the first 20 of the list and judge whether it pays to go on.")


def test_a_wide_range_says_why():
    assert "The range is wide: some classes are so rare" in describe_summary(
        {**MANY, "kinds": {}, "doubts": ["imbalanced classes"]}
    )
