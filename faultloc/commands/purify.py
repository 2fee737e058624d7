"""The command `faultloc purify`: a cleaned copy of the data set, and the model trained on with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from faultloc.commands.idle_options import given_options
from faultloc.commands.options import arch_option, trust_option

if TYPE_CHECKING:
    from faultloc.purify.plan import PurifySettings

# What --relabel without a number stands for.
_LIKELY = "likely"
_OF_RETRAINING = {
    "learning_rate": "--learning-rate",
    "arch": "--arch",
    "trust_checkpoint": "--trust-checkpoint",
}


@click.command("purify")
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--remove", metavar="EXTENT", help="Drop the most suspicious: a share such as 5%, or a number.")
@click.option(
    "--relabel",
    is_flag=False,
    flag_value=_LIKELY,
    metavar="[EXTENT]",
    help="Give suspected wrong labels the suggested one: of the most suspicious 5%, say; without a number of those "
    "likelier faulty than not. What no label fits stays and is listed in undecided.csv.",
)
@click.option(
    "--drop-guessed", is_flag=True, help="With --relabel: leave out, unjudged, what no label fits (foreign inputs)."
)
@click.option("--verdicts", is_flag=True, help="Do what the reviewer said; it goes before the ranking.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="A new folder for the cleaned copy.  [default: RESULTS/clean]"
)
@click.option("--link/--copy", help="Hard links to the original files instead of copies.  [default: copy]")
@click.option(
    "--retrain", type=click.IntRange(min=1), metavar="EPOCHS", help="Train the model on with the cleaned set."
)
@click.option("--learning-rate", type=float, default=0.001, show_default=True, help="Of --retrain.")
@arch_option(", as it was given when examined")
@trust_option("Let the model file run code, as it was let when examined.")
def command(
    results: Path,
    remove: str | None,
    relabel: str | None,
    drop_guessed: bool,
    verdicts: bool,
    output: Path | None,
    link: bool,
    retrain: int | None,
    learning_rate: float,
    arch: str | None,
    trust_checkpoint: bool,
) -> None:
    """Writes a cleaned copy of the data set that RESULTS are about; the original stays as it is.

    \b
    Examples:
      faultloc purify ./results --remove 5%
      faultloc purify ./results --verdicts
      faultloc purify ./results --relabel --output ./clean --link
      faultloc purify ./results --verdicts --remove 5% --retrain 15
    """
    settings = _settings(remove, relabel, verdicts, drop_guessed=drop_guessed)
    idle = given_options(_OF_RETRAINING) if retrain is None else []
    if idle:
        go, are = ("goes", "it is") if len(idle) == 1 else ("go", "they are")
        raise click.UsageError(f"{' and '.join(idle)} {go} with --retrain: {are} about the model that is trained on")

    from faultloc.own.purify.options import Retraining
    from faultloc.own.purify.run import run_purify

    run_purify(
        results,
        settings,
        output or results / "clean",
        click.echo,
        with_verdicts=verdicts,
        link=link,
        retraining=None if retrain is None else Retraining(retrain, learning_rate, arch, trust_checkpoint),
    )


def _settings(remove: str | None, relabel: str | None, verdicts: bool, *, drop_guessed: bool) -> "PurifySettings":
    from faultloc.purify.extent import parse_extent
    from faultloc.purify.plan import PurifySettings

    if remove is not None and relabel is not None:
        raise click.UsageError(
            "--remove and --relabel exclude each other: the head of the ranking gets one or the other"
        )
    if drop_guessed and relabel is None:
        raise click.UsageError("--drop-guessed goes with --relabel: it is about what relabelling finds no label for")
    if remove is not None:
        return PurifySettings("remove", parse_extent("--remove", remove))
    if relabel is not None:
        extent = None if relabel == _LIKELY else parse_extent("--relabel", relabel)
        return PurifySettings("relabel", extent, drop_guessed)
    if not verdicts:
        raise click.UsageError("say what to do: --remove 5%, --relabel, --verdicts, or --verdicts beside one of them")
    return PurifySettings()
