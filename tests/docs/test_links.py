"""The pages lead where they say. (The link checkers that pip offers ask the net; this one reads files.)"""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.pages import FENCED, NAMES, PAGES, REPOSITORY, links


def anchors(page: Path) -> set[str]:
    """The headings of ``page`` as GitHub turns them into anchors: of two that are alike the second ends in -1."""
    headings = re.findall(r"(?m)^#+ +(.+?) *$", FENCED.sub("", page.read_text(encoding="utf-8")))
    found: set[str] = set()
    seen: Counter[str] = Counter()
    for heading in headings:
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def broken_links(page: Path) -> list[str]:
    """The links of ``page`` that lead to no file or no heading; those into the net are not followed."""
    broken = []
    for target in links(page):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(page):
    assert broken_links(page) == []


def test_a_broken_link_would_be_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One, `two`\n\n## Twice\n\n## Twice\n\n[good](#one-two) [bad](#two) [gone](nowhere.md) [2](#twice-1)\n"
    )
    assert broken_links(page) == ["#two", "nowhere.md"]


def test_the_index_lists_every_page():
    listed = {(REPOSITORY / "docs" / target).resolve() for target in links(REPOSITORY / "docs/index.md")}
    pages = {page for page in PAGES if page.name != "index.md"}
    assert sorted(str(page) for page in pages - listed) == []


def test_the_findings_are_all_listed():
    listed = set(links(REPOSITORY / "findings/README.md"))
    assert {script.name for script in (REPOSITORY / "findings").glob("*.sh")} <= listed


def test_the_readme_is_short_enough_to_be_read():
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_pictures_of_the_pages_are_small_enough_for_a_slow_line():
    large = [str(file) for file in (REPOSITORY / "docs/images").iterdir() if file.stat().st_size > 200_000]
    assert large == []
