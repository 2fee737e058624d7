"""The order of the house: which room may import which stands in `pyproject.toml`, under `tool.importlinter`."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 300


def test_every_import_keeps_the_layers_that_the_project_states(monkeypatch, capsys):
    monkeypatch.chdir(REPOSITORY)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


@pytest.mark.parametrize("folder", ["faultloc", "stages"])
def test_no_module_has_more_than_three_hundred_lines(folder):
    lengths = {
        str(file.relative_to(REPOSITORY)): len(file.read_text().splitlines())
        for file in (REPOSITORY / folder).rglob("*.py")
    }
    assert lengths, f"there are no modules in {folder}"
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}, "split it by idea"
