"""`faultloc dfaulo`: which samples of a folder or a table are mislabelled or do not belong."""

from pathlib import Path

import click

from faultloc.commands.options import takes_data_and_model
from faultloc.own.options import DataOptions, ModelOptions


@click.command("dfaulo", short_help="Find mislabelled samples and inputs that do not belong.")
@takes_data_and_model(
    click.option("--hook_layer", help="Layer whose output are the features; default: found by tracing."),
    click.option("--rm_ratio", type=float, help="Share that mutants are trained without.  [0.25; paper's scorer 0.05]"),
    click.option("--retrain_bs", type=int, help="Batch size of the mutants.  [256; paper's scorer 64]"),
    click.option("--top_ratio", default=0.01, show_default=True, help="Share of the list to write as pictures."),
    click.option("--training-record", type=click.Path(path_type=Path), help="What MarginRecorder.save wrote, if any."),
    click.option("--scorer", type=click.Choice(["default", "paper"]), default="default", show_default=True),
    first=[click.option("--retrain_epoch", type=int, help="Epochs of every mutant.  [15; with the paper's scorer 10]")],
)
def command(
    data: DataOptions,
    model: ModelOptions,
    output: Path,
    seed: int,
    retrain_epoch: int | None,
    hook_layer: str | None,
    rm_ratio: float | None,
    retrain_bs: int | None,
    top_ratio: float,
    scorer: str,
    training_record: Path | None,
) -> None:
    """Finds the samples of a labelled data set that are mislabelled or do not belong, by a model trained on it.

    \b
    Example:
      faultloc dfaulo --dataset ./MNIST --model ./model.pth --img_size '(28,28,1)'

    Writes ranking.csv, report.html, the pictures of the top and more into the output folder. Called again, it takes up
    what is there.
    """
    from faultloc.own.dfaulo.options import run_options
    from faultloc.own.dfaulo.run import run_dfaulo

    options = run_options(
        scorer=scorer,
        retrain_epoch=retrain_epoch,
        rm_ratio=rm_ratio,
        retrain_bs=retrain_bs,
        hook_layer=hook_layer,
        top_ratio=top_ratio,
        seed=seed,
        training_record=training_record,
    )
    run_dfaulo(data, model, options, output, click.echo)
