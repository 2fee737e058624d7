"""`faultloc coverage`: how much of a model a test set exercises, by every criterion."""

from pathlib import Path

import click

from faultloc.commands.options import takes_data_and_model
from faultloc.own.options import DataOptions, ModelOptions

_ALL = "nc,kmnc,nbc,snac,tknc,tknp,cc,lsc,dsc,mdsc,nlc,idc"


@click.command("coverage", short_help="Measure how much of a model a test set exercises.")
@takes_data_and_model(
    first=[click.option("--criteria", default=_ALL, show_default=True, help="Their names, with commas between.")]
)
def command(data: DataOptions, model: ModelOptions, output: Path, seed: int, criteria: str) -> None:
    """Measures how much of a model a test set exercises, by criteria of coverage, in one pass over the data.

    \b
    Example:
      faultloc coverage --dataset ./MNIST --model ./lenet.pth --arch nets:LeNet --criteria nc,kmnc,idc

    The data set holds train/ and test/, each with <class>/*. Writes coverage.csv, a row a criterion; idc is about the
    ten units that matter most for right answers, and writes important_neurons.csv.
    """
    from faultloc.methods.idc.criteria import CRITERIA
    from faultloc.own.idc.options import CoverageOptions, chosen_criteria
    from faultloc.own.idc.run import run_coverage

    run_coverage(data, model, CoverageOptions(chosen_criteria(criteria, list(CRITERIA))), output, click.echo)
