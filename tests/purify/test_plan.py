import pandas as pd
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.purify.changes import Change
from faultloc.purify.extent import Extent
from faultloc.purify.plan import PurifySettings, plan_changes
from faultloc.verdict import Verdict

CLASSES = ("cat", "dog", "owl")
ROWS = [
    # id, given, suspiciousness, kind, suggested
    ("a", "cat", 0.98, "wrong label", "dog"),
    ("b", "cat", 0.90, "foreign input", "dog"),
    ("c", "dog", 0.60, "near-duplicate with another label", "owl"),
    ("d", "dog", 0.55, "wrong label", "output 3"),
    ("e", "owl", 0.40, "ambiguous", "cat"),
    ("f", "owl", 0.30, "near-duplicate with another label", "cat"),
    ("g", "owl", 0.05, "", "cat"),
    ("h", "cat", 0.01, "", "dog"),
]


@pytest.fixture
def ranking() -> pd.DataFrame:
    table = pd.DataFrame(ROWS, columns=["sample_id", "given_label", "suspiciousness", "kind", "suggested_label"])
    table.insert(0, "rank", range(1, len(ROWS) + 1))
    return table


def planned(ranking, *verdicts: Verdict, action=None, extent=None, drops_guessed=False) -> list[tuple[str, str, str]]:
    by_id = {verdict.sample_id: verdict for verdict in verdicts}
    plan = plan_changes(ranking, CLASSES, PurifySettings(action, extent, drops_guessed), by_id)
    return [(change.sample_id, change.action, change.new_label) for change in plan.changes]


def test_removing_takes_the_head_of_the_ranking_whatever_its_kinds(ranking):
    assert planned(ranking, action="remove", extent=Extent("n", number=6)) == [(i, "remove", "") for i in "abcdef"]


def test_a_share_is_one_of_all_samples(ranking):
    assert len(planned(ranking, action="remove", extent=Extent("n", share=0.25))) == 2


def test_relabelling_takes_what_is_likelier_faulty_than_not_and_removes_nothing(ranking):
    assert planned(ranking, action="relabel") == [("a", "relabel", "dog"), ("c", "relabel", "owl")]


def test_what_no_label_fits_is_listed_and_waits_for_a_verdict(ranking):
    plan = plan_changes(ranking, CLASSES, PurifySettings("relabel"), {})
    assert [(change.sample_id, change.action) for change in plan.undecided] == [
        ("b", "remove"),  # a foreign input has no right label
        ("d", "remove"),  # the model's fourth output is no class of the data set
    ]
    judged = {"b": Verdict("b", "faulty"), "d": Verdict("d", "fine")}
    plan = plan_changes(ranking, CLASSES, PurifySettings("relabel"), judged)
    assert [change.sample_id for change in plan.changes if change.action == "remove"] == ["b"]
    assert plan.undecided == ()


def test_a_guess_is_dropped_where_that_is_said(ranking):
    changed = planned(ranking, action="relabel", drops_guessed=True)
    assert changed == [("a", "relabel", "dog"), ("b", "remove", ""), ("c", "relabel", "owl"), ("d", "remove", "")]
    with pytest.raises(ConfigError, match="beside --relabel only"):
        PurifySettings("remove", Extent("n", number=1), drops_guessed=True)


def test_relabelling_a_longer_head_leaves_what_is_only_ambiguous(ranking):
    changed = planned(ranking, action="relabel", extent=Extent("n", number=8))
    assert [sample for sample, _, _ in changed] == ["a", "c", "f"]


def test_verdicts_alone_change_what_was_judged(ranking):
    verdicts = Verdict("h", "faulty"), Verdict("a", "fine"), Verdict("c", "relabel", "cat")
    assert planned(ranking, *verdicts) == [("c", "relabel", "cat"), ("h", "remove", "")]


def test_a_verdict_goes_before_the_ranking_and_counts_to_its_head(ranking):
    verdicts = Verdict("a", "fine"), Verdict("b", "relabel", "owl"), Verdict("g", "faulty")
    changed = planned(ranking, *verdicts, action="remove", extent=Extent("n", number=3))
    assert changed == [("b", "relabel", "owl"), ("c", "remove", ""), ("g", "remove", "")]


def test_a_relabelling_to_the_label_that_it_has_is_no_change(ranking):
    assert planned(ranking, Verdict("a", "relabel", "cat")) == []


def test_a_change_says_why(ranking):
    settings = PurifySettings("relabel", Extent("n", number=1))
    by_ranking, by_verdict = plan_changes(ranking, CLASSES, settings, {"h": Verdict("h", "faulty")}).changes
    assert by_ranking == Change("a", "relabel", "cat", "dog", "suspiciousness 0.9800, rank 1: wrong label")
    assert by_verdict == Change("h", "remove", "cat", "", "the reviewer called it faulty")


def test_a_ranking_without_suggestions_can_be_removed_from(ranking):
    bare = ranking.drop(columns=["kind", "suggested_label"])
    assert planned(bare, action="remove", extent=Extent("n", number=1)) == [("a", "remove", "")]


def test_a_ranking_without_suggestions_cannot_give_labels(ranking):
    with pytest.raises(DataError, match="suggests no labels.*use the default scorer, or remove"):
        planned(ranking.drop(columns=["kind", "suggested_label"]), action="relabel")


def test_a_verdict_on_a_sample_of_another_data_set_is_an_error(ranking):
    with pytest.raises(DataError, match="1 samples that the ranking does not hold, the first is z"):
        planned(ranking, Verdict("z", "faulty"))


def test_a_verdict_that_names_no_class_is_an_error(ranking):
    with pytest.raises(DataError, match=r"the label '\.\./\.\.', which is no class.*expected one of cat, dog, owl"):
        planned(ranking, Verdict("a", "relabel", "../.."))


def test_removing_needs_an_extent():
    with pytest.raises(ConfigError, match="not said how many"):
        PurifySettings("remove")
