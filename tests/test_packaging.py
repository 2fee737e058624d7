"""What is installed is what is there."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SETUP = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_package_is_installed():
    there = {
        ".".join(file.parent.relative_to(REPOSITORY).parts) for file in (REPOSITORY / "faultloc").rglob("__init__.py")
    }
    assert set(SETUP["packages"]) == there


def test_every_file_that_is_no_code_is_installed_with_its_package():
    files = [
        file
        for file in (REPOSITORY / "faultloc").rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc") and "__pycache__" not in file.parts
    ]
    assert files
    for file in files:
        package = ".".join(file.parent.relative_to(REPOSITORY).parts)
        assert any(fnmatch(file.name, pattern) for pattern in SETUP["package-data"].get(package, [])), file
