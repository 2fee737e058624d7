"""`faultloc idc`: how well a test set exercises the neurons that matter."""

from pathlib import Path
from typing import Any

import click

from faultloc.commands.idle_options import require_pool
from faultloc.commands.options import coverage_settings, takes_data_and_model
from faultloc.own.options import DataOptions, ModelOptions


@click.command("idc", short_help="See how far a test set exercises what matters.")
@takes_data_and_model(
    click.option("--end2end", is_flag=True, help="Of all layers but the last together: the default."),
    click.option("--layer-by-layer", is_flag=True, help="Of each layer but the last by itself."),
    click.option(
        "--use-silhouette", "by_silhouette", is_flag=True, help="As many clusters of each neuron as part it best."
    ),
    click.option("--all-class", "all_classes", is_flag=True, help="Samples of all classes: the default."),
    click.option("--test-image", "of_class", help="Training and test samples of this class alone."),
    click.option("--csv-file", type=click.Path(path_type=Path, dir_okay=False), help="Scores of neurons, as WISDOM's."),
    first=[
        *coverage_settings(),
        click.option("--n-cluster", "clusters", type=int, help="Clusters of what each gives; default: the preset's."),
        click.option("--layer-index", type=int, help="Of one layer, from 0; -2 is the one before the answers."),
    ],
    results="results/idc",
)
def command(data: DataOptions, model: ModelOptions, output: Path, **settings: Any) -> None:
    """Measures how many of the ways in which the neurons that matter act together a test set shows.

    \b
    Example:
      faultloc idc --dataset ./MNIST --model ./lenet.pth --arch nets:LeNet --top-m-neurons 8 --layer-index 2

    The data set holds train/ and test/, each with <class>/*, and perhaps a pool of unlabelled images. Writes
    report.html, coverage.csv, important_neurons.csv (in WISDOM's columns, which --csv-file reads), uncovered.csv, and
    additions.csv of a pool.
    """
    from faultloc.own.idc.options import coverage_options
    from faultloc.own.idc.run import run_coverage

    options = coverage_options(("idc",), **settings)
    require_pool(data)
    run_coverage(data, model, options, output, click.echo, command="idc")
