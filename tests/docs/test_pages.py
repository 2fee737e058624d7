"""The pages lead where they say. (The link checkers that pip offers ask the net; this one reads files.)"""

import importlib.util
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "findings/*.md")
    for page in REPOSITORY.glob(pattern)
)
NAMES = [str(page.relative_to(REPOSITORY)) for page in PAGES]
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
MODULE = re.compile(r"python -m ((?:stages|benchmarks|faultloc)(?:\.\w+)*)")


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The headings of ``page`` as GitHub turns them into anchors."""
    headings = re.findall(r"(?m)^#+ +(.+)$", prose(page))
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(page):
    broken = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_module_that_a_page_starts_can_be_found(page):
    modules = set(MODULE.findall(page.read_text(encoding="utf-8")))
    # `python -m stages.<name>` stands for any.
    missing = [name for name in modules if "." in name and importlib.util.find_spec(name) is None]
    assert missing == []


def test_the_index_lists_every_page():
    listed = set(LINK.findall((REPOSITORY / "docs/index.md").read_text()))
    pages = {page.name for page in (REPOSITORY / "docs").glob("*.md")} - {"index.md"}
    assert pages <= listed


def test_the_readme_is_short_enough_to_be_read():
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= 120


def test_the_commands_of_the_readme_are_there():
    from faultloc.cli import faultloc

    text = (REPOSITORY / "README.md").read_text()
    context = faultloc.make_context("faultloc", ["--help"], resilient_parsing=True)
    known = set(faultloc.list_commands(context))
    named = set(re.findall(r"(?m)^    faultloc ([\w-]+)|`faultloc ([\w-]+)", text))
    assert {one or other for one, other in named} <= known
    assert known <= {one or other for one, other in named}


def test_a_broken_link_would_be_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One\n\n[good](#one) [bad](#two) [gone](nowhere.md)\n")
    with pytest.raises(AssertionError, match=r"#two.*nowhere\.md"):
        test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(page)
