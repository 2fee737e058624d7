"""The command `faultloc purify`: a cleaned copy of the data set, and the model trained on with it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faultloc.io.ranked_data import RankedData
    from faultloc.purify.plan import PurifySettings
    from faultloc.verdict import Verdict

# What --relabel without a number stands for.
_LIKELY = "likely"


@click.command("purify")
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--remove", metavar="EXTENT", help="Drop the most suspicious: a share such as 5%, or a number.")
@click.option(
    "--relabel",
    is_flag=False,
    flag_value=_LIKELY,
    metavar="[EXTENT]",
    help="Give suspected wrong labels the suggested one and drop foreign inputs: of the most suspicious 5%, say; "
    "without a number of those likelier faulty than not.",
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
@click.option("--arch", help="The model's class, package.module:Class, as it was given when examined.")
@click.option("--trust-checkpoint", is_flag=True, help="Let the model file run code, as it was let when examined.")
def command(
    results: Path,
    remove: str | None,
    relabel: str | None,
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
    settings = _settings(remove, relabel, verdicts)

    from faultloc.errors import DataError
    from faultloc.io.cleaned_copy import data_to_clean, write_cleaned_copy
    from faultloc.io.ranked_data import load_ranked_data
    from faultloc.io.whole_folder import folder_written_whole, require_free
    from faultloc.purify.changes import apply_changes
    from faultloc.purify.plan import plan_changes
    from faultloc.report.shared.progress import item_bar

    examined, output = load_ranked_data(results), output or results / "clean"
    judged = _verdicts(examined) if verdicts else {}
    changes = plan_changes(examined.ranking, examined.dataset.class_names, settings, judged)
    if not changes:
        raise DataError(
            "there is nothing to change: no sample is suspicious enough, or was judged so; nothing is written"
        )
    apply_changes(examined.dataset, changes)  # raises before anything is written
    data = data_to_clean(examined, output, link=link)
    require_free(output)
    training = None
    if retrain is not None:
        from faultloc.own.purify.retraining import load_trainee, retrain_examined

        trainee = load_trainee(examined, epochs=retrain, learning_rate=learning_rate, arch=arch, trust=trust_checkpoint)
        training = partial(retrain_examined, examined, trainee, changes)
    with folder_written_whole(output) as target:
        bar = item_bar("linking" if link else "copying", "file")
        written = write_cleaned_copy(data, examined, target, changes, link=link, on_files=bar)
        trained = None if training is None else training(target)
    removed = sum(change.action == "remove" for change in changes)
    click.echo(
        f"removed {removed}, relabelled {len(changes) - removed} of {len(examined.dataset)} samples: {output} "
        f"({written}); changes.csv there says which and why"
    )
    if trained is not None:
        click.echo(trained)


def _settings(remove: str | None, relabel: str | None, verdicts: bool) -> "PurifySettings":
    from faultloc.purify.extent import parse_extent
    from faultloc.purify.plan import PurifySettings

    if remove is not None and relabel is not None:
        raise click.UsageError(
            "--remove and --relabel exclude each other: the head of the ranking gets one or the other"
        )
    if remove is not None:
        return PurifySettings("remove", parse_extent("--remove", remove))
    if relabel is not None:
        return PurifySettings("relabel", None if relabel == _LIKELY else parse_extent("--relabel", relabel))
    if not verdicts:
        raise click.UsageError("say what to do: --remove 5%, --relabel, --verdicts, or --verdicts beside one of them")
    return PurifySettings()


def _verdicts(examined: "RankedData") -> "Mapping[str, Verdict]":
    from faultloc.errors import DataError

    path, given = examined.folder / "verdicts.sqlite", dict[str, "Verdict"]()
    if path.exists():
        from faultloc.review.fingerprint import fingerprint
        from faultloc.review.verdict_store import VerdictStore

        store = VerdictStore(path)
        store.check_about(fingerprint(examined.dataset))
        given = store.current()
    if not given:
        raise DataError(
            f"there are no verdicts in {examined.folder}; expected some: give them with `faultloc review "
            f"{examined.folder}`"
        )
    return given
