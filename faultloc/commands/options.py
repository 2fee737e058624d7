"""The options that all commands share which take a model and a data set, handed on as objects.

    @click.command("coverage", short_help="How much of the model the test set covers.")
    @takes_data_and_model(click.option("--criteria", required=True, help="Which, with commas between."))
    def command(data: DataOptions, model: ModelOptions, output: Path, seed: int, criteria: str) -> None:

`faultloc.own.brought.bring` reads what ``data`` and ``model`` name.
"""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from faultloc.commands.idle_options import require_use_of_data_options
from faultloc.commands.values import ImageSize, Numbers
from faultloc.own.options import DataOptions, ModelOptions

Option = Callable[[Callable[..., Any]], Callable[..., Any]]
Options = TypeVar("Options", DataOptions, ModelOptions)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _read_defaults(context: click.Context, _: click.Parameter, file: Path | None) -> None:
    if file is None:
        return
    try:
        options = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{file} cannot be read as JSON ({error})") from error
    known = {parameter.name for parameter in context.command.params}
    if not isinstance(options, dict) or set(options) - known:
        unknown = ", ".join(sorted(set(options) - known)) if isinstance(options, dict) else type(options).__name__
        raise click.BadParameter(f'{file} holds {unknown}; expected options by name, such as {{"mean": [0.5]}}')
    context.default_map = {**(context.default_map or {}), **options}


def arch_option(when: str = "") -> Option:
    """--arch; ``when`` ends its help, where it is not given for the first time."""
    return click.option("--arch", help=f"The model's class, package.module:Class{when}.")


def trust_option(help_text: str) -> Option:
    """--trust-checkpoint."""
    return click.option("--trust-checkpoint", is_flag=True, help=help_text)


def coverage_settings() -> Sequence[Option]:
    """What the commands about coverage have in common."""
    return (
        click.option(
            "--attr",
            "attribution",
            default="lrp",
            show_default=True,
            help="What says which neurons matter: lrp, lgxa, lgc, la, lc, ii, lig, ldl, ldls, lgs, lfa, or wisdom: "
            "their votes.",
        ),
        click.option("--top-m-neurons", "top", type=int, help="How many matter; default: the preset's, 10 or 6."),
        click.option(
            "--preset",
            type=click.Choice(["wisdom", "deepimportance"]),
            default="wisdom",
            show_default=True,
            help="The settings of the one's code or of the other's.",
        ),
        click.option("--target", help="MODULE:FUNCTION, the number that counts of what the network returns."),
        click.option("--pool", "pool_set", help="Folder of the data set with unlabelled images to choose from."),
        click.option("--add", "additions", default=20, show_default=True, help="How many of the pool to choose."),
    )


def _output_option(results: str) -> Option:
    return click.option(
        "--output", "-o", default=results, show_default=True, type=click.Path(path_type=Path), help="Results."
    )


# In the order of the help: what a call needs, what it may need, what it can do without. Their names are the fields of
# ``DataOptions`` and ``ModelOptions``, but for those of the run: --output, --seed and --args.
_NEEDED: Sequence[Option] = (
    click.option(
        "--dataset", required=True, type=click.Path(path_type=Path), help="Folder <set>/<class>/*, or a CSV file."
    ),
    click.option("--model", "-m", required=True, help="Model file or folder, or timm:NAME, torchvision:NAME."),
    click.option("--img_size", type=ImageSize(), help="Width, height, channels; default: as the files are."),
)
_FURTHER: Sequence[Option] = (
    click.option(
        "--image_set", default=DataOptions.image_set, show_default=True, help="The set's folder; a dot for none."
    ),
    click.option("--test_set", help="Held-out set's folder.  [test, where there is one]"),
    click.option(
        "--classes", type=_FILE, help="The classes in the order of the model's outputs: JSON, or a line each."
    ),
    click.option("--trust-classes", is_flag=True, help="The order of the classes is right: do not stop over it."),
    arch_option(),
    click.option("--weights", type=_FILE, help="Weights of a model that is given by name."),
    click.option("--weights-key", help="Which entry of a checkpoint to take, such as state_dict_ema."),
    trust_option("The model file is my own: it may run code."),
    click.option("--mean", type=Numbers(), help="Subtracted from images in [0, 1], one number a channel."),
    click.option("--std", type=Numbers(), help="Then they are divided by it."),
    click.option("--transform", help="Own code instead of all that, package.module:object."),
    click.option("--vocabulary", type=_FILE, help="Texts: JSON list of words, or tokenizer.json."),
    click.option(
        "--max_tokens", default=DataOptions.max_tokens, show_default=True, help="Texts: words that the model reads."
    ),
    click.option("--input_column", help="CSV: the column of paths or texts."),
    click.option("--label_column", help="CSV: the column of labels."),
    click.option("--follow-links", is_flag=True, help="Read links that lead out of the data set."),
)
_LAST: Sequence[Option] = (
    click.option("--device", default=ModelOptions.device, show_default=True, help="auto, cpu, cuda, cuda:1."),
    click.option("--seed", default=0, show_default=True),
    click.option(
        "--args", type=_FILE, is_eager=True, expose_value=False, callback=_read_defaults, help="JSON of options."
    ),
)


def takes_data_and_model(*own: Option, first: Sequence[Option] = (), results: str = "results") -> Option:
    """Gives a command the shared options and its ``own``, of which those under ``first`` stand at the head of the help.

    ``results`` is the folder that the command writes into where none is given: one of its own.

    Its function is called with ``data``, ``model``, ``output``, ``seed``, and the command's own options by their names.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def called(**values: Any) -> Any:
            data, model = _taken(DataOptions, values), _taken(ModelOptions, values)
            require_use_of_data_options(data)
            return function(data=data, model=model, **values)

        optioned: Callable[..., Any] = called
        for option in reversed([*_NEEDED, *first, *_FURTHER, _output_option(results), *own, *_LAST]):
            optioned = option(optioned)
        return optioned

    return decorate


def _taken(kind: type[Options], values: dict[str, Any]) -> Options:
    names = [field.name for field in fields(kind) if field.name in values]
    return kind(**{name: values.pop(name) for name in names})
