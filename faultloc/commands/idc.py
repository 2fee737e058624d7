"""`faultloc idc`: how well a test set exercises the neurons that matter."""

from pathlib import Path

import click

from faultloc.commands.options import attr_option, takes_data_and_model, top_option
from faultloc.own.options import DataOptions, ModelOptions


@click.command("idc", short_help="See how far a test set exercises what matters.")
@takes_data_and_model(
    click.option("--use-silhouette", is_flag=True, help="As many clusters of each neuron, 2 to 9, as part it best."),
    click.option("--csv-file", type=click.Path(path_type=Path, dir_okay=False), help="Scores of neurons, as WISDOM's."),
    first=[
        attr_option(),
        top_option(),
        click.option("--n-cluster", default=2, show_default=True, help="Clusters of what each of them gives."),
        click.option("--layer-index", type=int, help="Of one layer, from 0; default: of all but the last."),
    ],
)
def command(
    data: DataOptions,
    model: ModelOptions,
    output: Path,
    seed: int,
    attr: str,
    top_m_neurons: int,
    n_cluster: int,
    layer_index: int | None,
    use_silhouette: bool,
    csv_file: Path | None,
) -> None:
    """Measures how many of the ways in which the neurons that matter act together a test set shows.

    \b
    Example:
      faultloc idc --dataset ./MNIST --model ./lenet.pth --arch nets:LeNet --top-m-neurons 8 --layer-index 2

    The data set holds train/ and test/, each with <class>/*. Writes coverage.csv and important_neurons.csv, whose
    columns are those of WISDOM's tables, which --csv-file reads.
    """
    from faultloc.own.idc.options import CoverageOptions
    from faultloc.own.idc.run import run_coverage

    options = CoverageOptions(
        ("idc",), attr, top_m_neurons, None if use_silhouette else n_cluster, layer_index, csv_file
    )
    run_coverage(data, model, options, output, click.echo)
