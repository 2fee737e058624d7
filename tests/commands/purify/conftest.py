"""`faultloc purify` as a user types it: what it answers with its exit code, and where."""

import sys

import pytest

from faultloc import cli


@pytest.fixture
def purify(monkeypatch, capsys):
    """Runs the command line; its exit code, what it said and what it complained of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["faultloc", "purify", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run
