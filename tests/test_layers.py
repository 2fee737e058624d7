"""The order of the house: which room may import which stands in `pyproject.toml`, under `tool.importlinter`."""

from pathlib import Path

from importlinter.cli import lint_imports

REPOSITORY = Path(__file__).resolve().parents[1]


def test_every_import_keeps_the_layers_that_the_project_states(monkeypatch, capsys):
    monkeypatch.chdir(REPOSITORY)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out
