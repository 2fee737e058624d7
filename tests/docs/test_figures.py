"""What the page about the first run prints is what the run prints that `dvc.lock` records."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import REPOSITORY

PAGE = REPOSITORY / "docs/getting-started.md"
REPORT = REPOSITORY / "results/report"


def hash_of_folder(folder: Path) -> str:
    """As DVC has it."""
    files = [
        {"md5": hashlib.md5(path.read_bytes()).hexdigest(), "relpath": path.relative_to(folder).as_posix()}
        for path in folder.rglob("*")
        if path.is_file()
    ]
    listed = json.dumps(sorted(files, key=lambda file: file["relpath"]), sort_keys=True)
    return f"{hashlib.md5(listed.encode()).hexdigest()}.dir"


def recorded_hash() -> str:
    stages = yaml.safe_load((REPOSITORY / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    return next(out["md5"] for out in stages["report"]["outs"] if out["path"] == "results/report")


def printed(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.rstrip().splitlines())


@pytest.mark.skipif(
    not REPORT.exists() or hash_of_folder(REPORT) != recorded_hash(),
    reason="the results here are not those of dvc.lock: `dvc repro`, or another machine's",
)
def test_the_page_prints_the_table_and_the_count_that_make_repro_leaves():
    expected = printed((REPORT / "table.txt").read_text(encoding="utf-8"))
    assert expected in PAGE.read_text(encoding="utf-8"), f"the block in {PAGE.name} has to be:\n\n{expected}"
