"""What findings say, over the whole catalogue and over every sentence that any rule can make."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import faultloc.methods.deep_localize as package
from faultloc.methods.deep_localize.catalogue import RULES, Symptom, as_finding
from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.first_findings import FirstFindings
from faultloc.methods.deep_localize.wording import in_plain_numbers, place_in_words
from tests.methods.deep_localize.sentences import assert_readable, complaints

FOLDER = Path(package.__file__).parent
SOURCES = [
    file
    for file in sorted(FOLDER.rglob("*.py"))
    if not {"catalogue", "adapters"} & set(file.relative_to(FOLDER).parts)
    and file.name not in ("released_rules.py", "wording.py")
]
EXTREMES = (0.0, -1e-9, 1.0, 3e-7, 0.39, 105.83, 32123.4, 1.79769e308)
# Where there is no line to write: the script has to be understood first.
WITHOUT_A_LINE = {
    "gradient.unreached", "labels.unrelated", "loss.activation", "loss.negative", "loss.diverging", "output.range",
    "optimizer.rate_too_high", "optimizer.rate_too_low", "optimizer.shared_parameters", "labels.beyond_outputs",
    "input.index", "weights.nonfinite",
}  # fmt: skip
LINE = re.compile(r"[\w.]+\(|\w\[|\w=|= |\.data\b|'lr'")


@pytest.mark.parametrize("rule", RULES)
def test_the_advice_of_every_rule_says_what_to_do_as_code_where_that_is_a_line(rule):
    advice = RULES[rule].advice
    assert complaints(advice) == []
    assert len(advice) <= 130, "too long for a glance"
    assert advice[0].islower() or rule.startswith("input."), advice
    if rule not in WITHOUT_A_LINE:
        assert LINE.search(advice), f"{rule}: {advice}"


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_catalogue_is_made_by_some_rule(rule):
    assert any(f'"{rule}"' in file.read_text() for file in SOURCES)


def templates() -> Iterator[tuple[str, ast.JoinedStr]]:
    """Every f-string of the rules, with where it stands."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield f"{file.relative_to(FOLDER)}:{node.lineno}", node


def filled(template: ast.JoinedStr, number: float) -> str:
    """The sentence with ``number`` wherever the rule puts a number in a format of its own."""
    parts = []
    for part in template.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue) and isinstance(part.format_spec, ast.JoinedStr):
            spec = "".join(str(one.value) for one in part.format_spec.values if isinstance(one, ast.Constant))
            parts.append(format(abs(number) if "%" in spec else number, spec if spec != "," else ",.0f"))
        else:
            parts.append("3")
    return "".join(parts)


def test_whatever_numbers_a_rule_finds_its_sentence_can_be_read():
    seen, wrong = 0, []
    for where, template in templates():
        for number in EXTREMES:
            said = in_plain_numbers(filled(template, number))
            seen += 1
            wrong += [f"{where}: {one} in {said!r}" for one in complaints(said) if "minus" in one or "power" in one]
            wrong += [f"{where}: {one} in {said!r}" for one in complaints(said) if "share" in one and "% of" in said]
    assert seen > 100
    assert wrong == []


@pytest.mark.parametrize(
    ("rough", "plain"),
    [
        ("up to 1.8e+308, and", "up to over 1e15, and"),
        ("from 1.234e+04 to 3.2e+10", "from 12,340 to 3.2e10"),
        ("by 1e-05 times its size", "by 0.00001 times its size"),
        ("by 3.14e-09 of its size", "by 3.1e-9 of its size"),
        ("the loss is 10583% of that of a guess", "the loss is 106 times that of a guess"),
        ("it was 95% of that of a guess and is 57860%", "it was 95% of that of a guess and is 579 times that"),
        ("the loss is -0% of that of a guess", "the loss is 0% of that of a guess"),
        ("the loss is nan", "the loss is NaN"),
        ("the loss is inf while", "the loss is infinite while"),
        ("38% of the units, layer 3e, conv1e5", "38% of the units, layer 3e, conv1e5"),
    ],
)
def test_numbers_are_written_as_people_write_them(rough, plain):
    assert in_plain_numbers(rough) == plain


@pytest.mark.parametrize("place", ["", "model"])
def test_the_place_of_a_finding_about_the_whole_model_is_the_model(place):
    finding = as_finding(Symptom("model.mixes_samples", place, 0.3, 0.01, "samples look at one another"), 0)
    assert_readable(finding)
    assert finding.place == "model"
    assert finding.where == "step 0, forward pass, the model"


@pytest.mark.parametrize(("place", "words"), [("input", "the inputs"), ("loss", "the loss"), ("net.3", "layer net.3")])
def test_a_place_is_said_in_words(place, words):
    assert place_in_words(place) == words


def test_the_advice_on_a_learning_rate_says_which_one_to_try():
    seen = Symptom("optimizer.rate_too_high", "optimizer", 3, 0.3, "steps go too far", {"learning_rate": 0.5})
    finding = as_finding(seen, 4)
    assert "learning rate 0.5" in finding.sentence
    assert finding.advice.endswith("lr=0.05")


CASCADE = [
    ("gradient.vanishing", "0", 10), ("activation.dead", "1", 20), ("optimizer.rate_too_high", "optimizer", 30),
    ("loss.flat", "loss", 60), ("input.scale", "input", 60),
]  # fmt: skip
FINDINGS = [as_finding(Symptom(rule, place, 1, 1, "something was seen"), step) for rule, place, step in CASCADE]


def test_of_a_cascade_only_the_first_finding_and_one_likelier_cause_are_said_at_once():
    said = []
    first = FirstFindings(lambda finding: said.append(finding.rule))
    for finding in FINDINGS:
        first(finding)
    assert said == ["gradient.vanishing", "activation.dead"]


def test_consequences_that_follow_an_error_are_not_said_at_once():
    said = []
    first = FirstFindings(lambda finding: said.append(finding.rule))
    for finding in (FINDINGS[2], FINDINGS[1], FINDINGS[0], FINDINGS[3]):
        first(finding)
    assert said == ["optimizer.rate_too_high"]


def test_the_summary_shows_two_findings_with_their_advice_and_names_the_rest():
    lines = Diagnosis(FINDINGS, ["0", "1"], 100).summary.splitlines()
    assert sum("to do:" in line for line in lines) == 2
    assert lines[-1].strip() == (
        "and 3 more, which may follow from it: optimizer.rate_too_high (the optimizer), loss.flat (the loss), "
        "input.scale (the inputs)"
    )


def test_a_run_that_ended_before_its_time_is_not_said_to_be_without_fault():
    diagnosis = Diagnosis([], [], 12, ended_by="ValueError (no such shelf)")
    assert diagnosis.summary == "12 steps watched before ValueError (no such shelf): nothing odd until then"
    assert diagnosis.as_data()["ended_by"] == "ValueError (no such shelf)"


def test_the_data_of_a_finding_say_how_sure_it_is_and_with_what_it_was_seen():
    first = Diagnosis(FINDINGS[:3], [], 40).as_data()["findings"][0]
    assert first["certainty"] == "worth a look: it may be meant"
    assert first["seen_with"] == ["activation.dead", "optimizer.rate_too_high"]
    assert first["text"].startswith("step 10, backward pass, layer 0: something was seen; ")
    assert math.isfinite(first["value"])
