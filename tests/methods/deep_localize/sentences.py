"""What every finding's words have to keep to, whatever rule they are of."""

import re

from faultloc.methods.deep_localize.finding import Finding

# What a reader cannot do anything with, and why.
UNREADABLE = {
    r",\s*:|:\s*:|\s\(\s*\)|layer\s*:": "an empty place",
    r"(?<!over )(?<!under -)\b\de[+-]?\d{3,}|\de[+-]0|\de\+": "a power of ten beyond what people read",
    r"-0(\.0+)?\s?%|-0(?![.\d])": "minus nothing",
    r"-\d[\d.,]*\s?%": "a negative share",
    r"\d{4,}(\.\d+)?\s?%": "a share of thousands of percent",
    r"(?<![=\w])(nan|inf|None|True|False)\b": "a value as Python prints it",
    r"<\w|tensor\([\d\[]|Backward\d": "an object as Python prints it",
    r"\s{2}|\.\.\s|\.$": "loose ends",
    r"(?<!raw outputs \()\blogits\b": "jargon without its explanation",
}


def complaints(words: str) -> list[str]:
    """What is wrong with ``words``."""
    found = [f"{why}: {match[0]!r}" for pattern, why in UNREADABLE.items() if (match := re.search(pattern, words))]
    grown = re.search(r"grown from (-?[\d.,e]+) to (-?[\d.,e]+)", words)
    if grown and not float(grown[2].replace(",", "")) > float(grown[1].replace(",", "")) > 0:
        found.append(f"no growth: {grown[0]!r}")
    return found


def assert_readable(finding: Finding) -> None:
    """A finding says when, where, what and what to do, in words that a beginner can read."""
    assert complaints(finding.sentence) == [], finding.text
    assert re.match(r"step \d+, (the|(forward|backward) pass, (the|layer) |update, the |input, )", finding.text), (
        finding.text
    )
    assert complaints(finding.where.replace("step ", "")) == [], finding.text
    assert finding.place and finding.advice, finding.text
