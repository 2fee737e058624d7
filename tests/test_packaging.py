"""What is installed is what is there."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SETUP = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_folder_of_code_is_a_package_that_is_installed():
    folders = {file.parent for file in (REPOSITORY / "faultloc").rglob("*.py")}
    # setuptools takes folders with an __init__.py whose dotted name fits one of the patterns.
    patterns = SETUP["packages"]["find"]["include"]
    names = {folder: ".".join(folder.relative_to(REPOSITORY).parts) for folder in folders}
    assert folders
    assert [names[folder] for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert [name for name in names.values() if not any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_every_file_that_is_no_code_is_installed_with_its_package():
    files = [
        file
        for file in (REPOSITORY / "faultloc").rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc") and "__pycache__" not in file.parts
    ]
    assert files
    for file in files:
        # A folder without code belongs to the package above it, whose patterns then name the folder.
        home = next(folder for folder in file.parents if (folder / "__init__.py").is_file())
        package, name = ".".join(home.relative_to(REPOSITORY).parts), file.relative_to(home).as_posix()
        patterns = SETUP["package-data"].get(package, [])
        assert any(fnmatch(name, pattern) and name.count("/") == pattern.count("/") for pattern in patterns), file
