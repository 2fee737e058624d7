"""What the pages tell people to type is there: modules, commands with their options, targets of make."""

import importlib.util
import re

import click
import pytest

from faultloc.cli import faultloc
from tests.docs.pages import NAMES, PAGES, REPOSITORY, code, prose

MODULE = re.compile(r"python -m ((?:stages|benchmarks|faultloc)(?:\.\w+)*)\b(?!\.)")
COMMAND = re.compile(r"(?<!from )\bfaultloc ([a-z][\w-]*)((?: [^#;|]*)?)")
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


def starts(module: str) -> bool:
    """Whether ``python -m module`` finds something to run: a module, or a package with a ``__main__``."""
    spec = importlib.util.find_spec(module)
    if spec is None:
        return False
    return spec.submodule_search_locations is None or importlib.util.find_spec(f"{module}.__main__") is not None


def commands() -> dict[str, click.Command]:
    """The commands of ``faultloc`` by name."""
    context = click.Context(faultloc)
    found = {name: faultloc.get_command(context, name) for name in faultloc.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options(command: click.Command) -> set[str]:
    """What ``command`` knows as options, with dashes, as both spellings are read."""
    parameters = command.get_params(click.Context(command))
    return {
        name.replace("_", "-")
        for parameter in parameters
        for name in (*parameter.opts, *parameter.secondary_opts)
        if isinstance(parameter, click.Option)
    }


def mistyped(line: str) -> list[str]:
    """The commands and options in ``line`` that ``faultloc`` does not know; what follows ``--`` is somebody else's."""
    known = commands()
    wrong = []
    for name, rest in COMMAND.findall(line):
        if name not in known:
            wrong.append(name)
            continue
        own = rest.split(" -- ")[0]
        named = {option.replace("_", "-") for option in OPTION.findall(re.sub(r"'[^']*'", "", own)) if option != "--"}
        wrong += [f"{name} {option}" for option in sorted(named - options(known[name]))]
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_module_that_a_page_starts_can_be_started(page):
    named = set(MODULE.findall(page.read_text(encoding="utf-8"))) - {"stages"}
    assert [name for name in sorted(named) if not starts(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_and_option_that_a_page_names_is_known(page):
    lines = code(page.read_text(encoding="utf-8"))
    assert [wrong for line in lines for wrong in mistyped(line)] == []


@pytest.mark.parametrize("name", ["own-data", "models", "review", "purify"])
def test_every_option_in_the_prose_of_a_command_is_known(name):
    text = prose((REPOSITORY / f"docs/{name}.md").read_text(encoding="utf-8"))
    named = {option.replace("_", "-") for option in re.findall(r"`(--[a-z][\w-]*)", text)}
    assert named
    assert sorted(named - set().union(*map(options, commands().values()))) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_target_of_make_that_a_page_names_is_there(page):
    targets = set(re.findall(r"(?m)^([\w-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8")))
    lines = code(page.read_text(encoding="utf-8"))
    named = {name for line in lines for name in re.findall(r"\bmake ([a-z][\w-]*)", line)}
    assert sorted(named - targets) == []


def test_a_mistyped_command_or_option_would_be_found():
    assert mistyped("faultloc dfaulo --dataset x --modle y --img-size '(2,2,1)'") == ["dfaulo --modle"]
    assert mistyped("faultloc deep-localise --script x") == ["deep-localise"]
    assert mistyped("faultloc deep-localize --script x -- --epochs 3") == []
    assert not starts("benchmarks.nothing")
    assert not starts("faultloc.methods")


def test_the_readme_names_every_command():
    lines = code((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    named = {name for line in lines for name, _ in COMMAND.findall(line)}
    assert commands().keys() <= named
