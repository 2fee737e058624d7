"""What the command line sets, before Hydra composes it: mistakes that it would answer with a riddle or a traceback."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from stages.settings.suggestions import close_to, did_you_mean

# What a sweep sets beside the settings: Hydra and the sweep itself check it.
_OF_THE_SWEEP = ("hydra.", "hydra/", "sweep.")


@dataclass
class Overrides:
    """Those that Hydra can compose, each written so that any key composes, and what is wrong with the others.

    A key that there is not is no fault yet: it is found in the composition, among all settings.
    """

    composable: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_overrides(arguments: Iterable[str], conf: Path, *, swept: bool = False) -> Overrides:
    """What ``arguments`` say to the groups in the folder ``conf``.

    Of the several values that a sweep may name all are held against the group's options, and the first is composed.
    """
    read = Overrides()
    for argument in arguments:
        if swept and argument.lstrip("+~").startswith(_OF_THE_SWEEP):
            continue
        try:
            override = OverridesParser.create().parse_override(argument)
        except HydraException:
            read.faults.append(_unreadable(argument))
            continue
        if not override.key_or_group:
            read.faults.append(_unreadable(argument.strip("=")))
            continue
        if override.is_sweep_override() and not swept:
            read.faults.append(_several(argument))
            continue
        values = _values(override)
        is_group = (conf / override.key_or_group).is_dir() and not any(isinstance(value, dict) for value in values)
        if is_group:
            wrong = _wrong_option(override, values, conf)
            read.faults += wrong
            if not wrong:
                read.composable.append(f"{override.key_or_group}={values[0]}" if values else argument)
        elif override.is_delete():
            read.composable.append(argument)
        else:
            text = _first_text(argument, override)
            read.composable.append(f"++{text.lstrip('+')}")
    return read


def _values(override: Override) -> list[object]:
    if override.is_delete():
        return []
    return list(override.sweep_iterator()) if override.is_sweep_override() else [override.value()]


def _first_text(argument: str, override: Override) -> str:
    if not override.is_sweep_override():
        return argument
    return f"{override.get_key_element()}={next(iter(override.sweep_string_iterator()))}"


def _wrong_option(override: Override, values: Sequence[object], conf: Path) -> list[str]:
    group = override.key_or_group
    folder = conf / group
    options = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    if override.is_force_add() or (override.is_add() and group != "experiment"):
        return [f"{group} has an option already; expected {group}=..., without a plus"]
    found = []
    for value in values:
        names = value if isinstance(value, list) else [value]
        # What the shell and YAML take for a number is still the name of a file.
        if not all(isinstance(name, str) and (folder / f"{name}.yaml").is_file() for name in names) or not names:
            last = str(value).rpartition("/")[2].removesuffix(".yaml")
            inside = [option for option in options if option.rpartition("/")[2] == last]
            close = did_you_mean(f"{group}={name}" for name in inside or close_to(str(value), options))
            said = (
                f"there is no {group}/{value}"
                if value not in ("", None)
                else f"{group} is {'null' if value is None else 'empty'}"
            )
            found.append(f"{said}; expected one of: {', '.join(options)}{close}")
    return found


def _several(argument: str) -> str:
    key, _, value = argument.partition("=")
    return (
        f"{key} has several values, {value}; expected one. A number is written with a point (0.1), a list in brackets "
        f"({key.lstrip('+')}=[a,b]); python -m stages.sweep -m runs the graph for each of several values"
    )


def _unreadable(argument: str) -> str:
    if argument.startswith("-"):
        return f"there is no option {argument}; settings are given as key=value, without dashes"
    if "=" not in argument.strip("="):
        return f"{argument!r} sets nothing; expected key=value, without spaces around the equals sign"
    key, _, value = argument.partition("=")
    return (
        f"{argument} cannot be read; expected key=value, a value with spaces, commas or brackets in quotes of its own: "
        f"\"{key}='{value}'\""
    )
