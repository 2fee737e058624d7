"""What is suggested for a sample, and in words what a verdict does to it later."""

from collections.abc import Collection
from dataclasses import dataclass

from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.verdict import Decision, Verdict

# With a class that would be right in place of the given one.
MISLABELLED = (WRONG_LABEL, NEAR_DUPLICATE)


@dataclass(frozen=True)
class Suggestion:
    """The verdict that accepting it gives, ``decision`` None where nothing is suggested; ``words`` on its button."""

    decision: Decision | None
    label: str
    words: str


def suggestion_for(kind: str, given: str, suggested: str, class_names: Collection[str]) -> Suggestion:
    """What is suggested for a sample labelled ``given`` of which ``kind`` is suspected, ``suggested`` being likeliest.

    As purify does it: a foreign input is left out, a wrong label is replaced, or, where no class of the data set is
    suggested, the sample is left out. Of what is only ambiguous, or not suspected, nothing is suggested.
    """
    if kind == FOREIGN_INPUT:
        return Suggestion("faulty", "", "leave it out")
    if kind not in MISLABELLED or suggested == given:
        return Suggestion(None, "", "")
    if suggested not in class_names:
        return Suggestion("faulty", "", "leave it out: no class of the data set fits")
    return Suggestion("relabel", suggested, f"label it {suggested}")


def outcome_words(verdict: Verdict, given: str) -> str:
    """What becomes of the sample, labelled ``given``, in the cleaned data set."""
    if verdict.decision == "faulty":
        return "is left out of the cleaned set"
    if verdict.decision == "relabel":
        return f"stays, with the label {verdict.label}"
    return f"stays, with its label {given}"


def suspicion_words(kind: str, given: str, suggested: str) -> tuple[str, str]:
    """What is suspected, as a heading and the rest of its sentence."""
    if kind == FOREIGN_INPUT:
        return "Foreign input", "it may belong to no class at all."
    if kind == AMBIGUOUS:
        return "Ambiguous", f"{given} is likelier than {suggested}, but not clearly."
    if kind:
        return f"{kind[:1].upper()}{kind[1:]}", f"it looks like {suggested}."
    return "", f"Nothing definite is suspected: {given} may well be right."
