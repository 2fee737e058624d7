"""Options that say nothing where they are given: they are refused, since whoever gives them expects something."""

from collections.abc import Mapping

import click
from click.core import ParameterSource

from faultloc.errors import ConfigError
from faultloc.own.options import DataOptions

_OF_TABLES = {
    "vocabulary": "--vocabulary",
    "max_tokens": "--max_tokens",
    "input_column": "--input_column",
    "label_column": "--label_column",
}
_OF_FOLDERS = {"image_set": "--image_set"}


def given_options(named: Mapping[str, str]) -> list[str]:
    """Those of ``named``, options by the names of their parameters, that the user gave, typed or in a file of
    options."""
    context = click.get_current_context()
    sources = {option: context.get_parameter_source(name) for name, option in named.items()}
    return [option for option, source in sources.items() if source not in (None, ParameterSource.DEFAULT)]


def require_use_of_data_options(data: DataOptions) -> None:
    """Nothing, where the data set is such as the options about its samples speak of.

    Raises:
        ConfigError: one of them is about tables and the data set is a folder, or the other way round.
    """
    if not data.dataset.exists():
        return  # about which there is another sentence
    if data.is_table:
        idle, what, expected = given_options(_OF_FOLDERS), "a table, which has no sets", "with a folder"
    else:
        idle, what, expected = given_options(_OF_TABLES), "a folder of images", "with a table (a CSV file)"
    if idle:
        are, them = ("is", "it") if len(idle) == 1 else ("are", "them")
        raise ConfigError(
            f"{' and '.join(idle)} {are} given, and {data.dataset} is {what}; expected {them} {expected}: "
            f"leave {them} out"
        )


def require_pool(data: DataOptions) -> None:
    """Raises ConfigError where it is said how many of a pool to choose, and there is no pool."""
    if data.pool_set is None and given_options({"additions": "--add"}):
        raise ConfigError(
            "--add is given without --pool; expected it beside the --pool whose images are chosen from: name the pool, "
            "or leave --add out"
        )
