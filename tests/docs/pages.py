"""The pages for people, and how they are read."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "findings/*.md")
    for page in REPOSITORY.glob(pattern)
)
NAMES = [str(page.relative_to(REPOSITORY)) for page in PAGES]
FENCED = re.compile(r"(?ms)^```[^\n]*\n(.*?)^```")
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")


def prose(text: str) -> str:
    """``text`` without its blocks of code."""
    return re.sub(r"(?m)^    .*$", "", FENCED.sub("", text))


def links(page: Path) -> list[str]:
    """Where ``page`` leads to."""
    return LINK.findall(prose(page.read_text(encoding="utf-8")))


def code(text: str) -> list[str]:
    """The lines of the blocks of code in ``text``, continued ones as one line, then what stands between backticks."""
    fenced = "\n".join(FENCED.findall(text))
    indented = "\n".join(re.findall(r"(?m)^    (.*)$", FENCED.sub("", text)))
    lines = (fenced + "\n" + indented).replace("\\\n", " ").splitlines()
    return [*lines, *re.findall(r"`([^`]+)`", prose(text))]
