"""`faultloc coverage`: how much of a model a test set exercises, by every criterion."""

from pathlib import Path
from typing import Any

import click

from faultloc.commands.idle_options import require_pool
from faultloc.commands.options import coverage_settings, takes_data_and_model
from faultloc.own.options import DataOptions, ModelOptions


@click.command("coverage", short_help="Measure how much of a model a test set exercises.")
@takes_data_and_model(
    first=[
        click.option("--criteria", help="Names with commas between, such as nc,kmnc,idc; default: all."),
        *coverage_settings(),
    ],
    results="results/coverage",
)
def command(data: DataOptions, model: ModelOptions, output: Path, criteria: str | None, **settings: Any) -> None:
    """Measures how much of a model a test set exercises, by criteria of coverage, in one pass over the data.

    \b
    Example:
      faultloc coverage --dataset ./MNIST --model ./lenet.pth --arch nets:LeNet --criteria nc,kmnc,idc

    The data set holds train/ and test/, each with <class>/*. Writes report.html and coverage.csv, a row a criterion;
    idc is about the units that matter most for right answers, and writes important_neurons.csv.
    """
    from faultloc.methods.idc.criteria import CRITERIA
    from faultloc.own.idc.options import chosen_criteria, coverage_options
    from faultloc.own.idc.run import run_coverage

    names = list(CRITERIA) if criteria is None else chosen_criteria(criteria, list(CRITERIA))
    options = coverage_options(names, **settings)
    require_pool(data)
    run_coverage(data, model, options, output, click.echo, command="coverage")
