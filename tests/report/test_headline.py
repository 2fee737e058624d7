import dataclasses

from faultloc.report.dfaulo.headline import headline, key_facts, lead, shown_rankings
from faultloc.report.dfaulo.rankings import RANKINGS


def test_the_headline_says_what_the_top_of_the_list_holds(make_content) -> None:
    assert headline(make_content()) == "The first 10 of 200 samples hold 9 of the 10 planted faults"


def test_the_lead_names_the_strongest_baseline_also_where_it_beats_dfaulo(make_content) -> None:
    assert "The strongest baseline, cross-entropy loss, finds 97\N{NO-BREAK SPACE}% there." in lead(make_content())


def test_the_baseline_that_the_lead_names_is_among_the_curves(make_content) -> None:
    content = make_content()
    better = {"cleanlab_normalized_margin": dict(content.metrics["loss"]) | {"pobl@5": 0.99}}
    shown = shown_rankings(dataclasses.replace(content, metrics={**content.metrics, **better}))
    assert shown.drawn(["cleanlab_normalized_margin", "dfaulo_offline", "dfaulo_online", "random"]) == [
        "random",
        "cleanlab_normalized_margin",
        "dfaulo_offline",
        "dfaulo_online",
    ]
    assert shown_rankings(content) is RANKINGS  # the cross-entropy loss has a curve already
    assert shown_rankings(make_content(known=False)) is RANKINGS


def test_of_two_curves_of_dfaulo_that_are_one_both_are_seen() -> None:
    below, above = (RANKINGS.curves[name] for name in ("dfaulo_offline", "dfaulo_online"))
    assert list(RANKINGS.curves)[-2:] == ["dfaulo_offline", "dfaulo_online"]
    assert below.width >= 2 * above.width


def test_the_lead_says_what_was_planted(make_content) -> None:
    assert lead(make_content()).startswith("10 samples (5\N{NO-BREAK SPACE}%) are planted faults: label changed.")


def test_several_kinds_of_faults_are_counted_apart(make_content) -> None:
    content = make_content()
    faults = dataclasses.replace(content.faults, kinds={"input replaced": 4, "label changed": 6})
    assert "4 × input replaced and 6 × label changed" in lead(dataclasses.replace(content, faults=faults))


def test_without_a_truth_nothing_is_claimed(make_content) -> None:
    content = make_content(known=False)
    assert headline(content) == "The 5 most suspicious of 200 samples"
    assert "for you to judge" in lead(content)
    assert [value for value, _ in key_facts(content)] == ["93\N{NO-BREAK SPACE}%", "94.8\N{NO-BREAK SPACE}%"]


def test_a_truth_without_faults_is_said_to_be_one(make_content) -> None:
    content = make_content()
    none = dataclasses.replace(content.faults, total=0, found=0, kinds={})
    assert "holds no fault" in lead(dataclasses.replace(content, faults=none))


def test_the_facts_start_with_the_share_of_faults_found(make_content) -> None:
    values = [value for value, _ in key_facts(make_content())]
    assert values == [
        "90\N{NO-BREAK SPACE}%",
        "95\N{NO-BREAK SPACE}%",
        "93\N{NO-BREAK SPACE}%",
        "94.8\N{NO-BREAK SPACE}%",
    ]


def test_without_a_truth_the_estimate_is_the_headline(make_content) -> None:
    assert headline(make_content(known=False, estimated=True)) == (
        "About 12 of 200 samples look faulty (between 8 and 17); it pays to look at the first 15 of the list"
    )


def test_with_a_truth_the_estimate_stands_beside_it(make_content) -> None:
    assert ("8 to 17", "faults by DFauLo's own estimate, of 10") in key_facts(make_content(estimated=True))
