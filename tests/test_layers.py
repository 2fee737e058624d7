"""The order of the house: which room may import which stands in `pyproject.toml`, under `tool.importlinter`."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 300


def test_every_import_keeps_the_layers_that_the_project_states():
    # In a process of its own: the linter works with streams of its own, which pytest has put others in place of.
    command = [Path(sys.executable).with_name("lint-imports"), "--config", "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["faultloc", "stages"])
def test_no_module_has_more_than_three_hundred_lines(folder):
    lengths = {
        str(file.relative_to(REPOSITORY)): len(file.read_text().splitlines())
        for file in (REPOSITORY / folder).rglob("*.py")
    }
    assert lengths, f"there are no modules in {folder}"
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}, "split it by idea"
