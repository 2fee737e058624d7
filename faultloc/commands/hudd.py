"""`faultloc hudd`: why a model errs on its test set."""

from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from faultloc.commands.options import takes_data_and_model
from faultloc.errors import ConfigError
from faultloc.own.options import DataOptions, ModelOptions

_MODES = click.Choice(["HUDD", "BL1", "BL2", "ENTROPY"], case_sensitive=False)


class _WithCaseStudies(click.Command):
    """Reads `-o DIR -m MODEL -mode HUDD`, too: without a data set, the folder of a case study is it and the output."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        if "dataset" not in given and "output" in given:
            ctx.default_map = {**(ctx.default_map or {}), "dataset": given["output"]}
        return super().parse_args(ctx, args)


@click.command("hudd", cls=_WithCaseStudies, short_help="Find the root causes behind a model's errors.")
@takes_data_and_model(
    click.option("--encoder", help="Of the preset encoder: timm:NAME or torchvision:NAME, in the model's stead."),
    click.option("--encoder-weights", type=click.Path(path_type=Path), help="File with the weights of --encoder."),
    click.option("--layer", help="Whose clusters these are: a name, last_convolution or least_spread."),
    click.option("--retrain", is_flag=True, help="Train on with the unsafe images, and with baselines' choices."),
    click.option(
        "--mode", "-mode", type=_MODES, help="The only way of choosing to --retrain with; default: all, compared."
    ),
    click.option("--runs", default=5, show_default=True, help="Of --retrain, of each way."),
    click.option("--epochs", type=int, help="Of --retrain.  [10, or the case study's]"),
    click.option("--learning-rate", default=0.001, show_default=True, help="Of --retrain."),
    first=[
        click.option(
            "--preset",
            default="default",
            show_default=True,
            help="default, heatmaps, encoder; as published: paper, released.",
        ),
        click.option("--clusters", type=int, help="How many; default: at most 25."),
    ],
    results="results/hudd",
)
def command(
    data: DataOptions,
    model: ModelOptions,
    output: Path,
    seed: int,
    preset: str,
    clusters: int | None,
    encoder: str | None,
    encoder_weights: Path | None,
    layer: str | None,
    retrain: bool,
    mode: str | None,
    runs: int,
    epochs: int | None,
    learning_rate: float,
) -> None:
    """Finds the root causes behind the errors that a model makes on its test set, and the images that may mend them.

    \b
    Examples:
      faultloc hudd --dataset ./signs --model ./model.pth --arch nets:SignNet
      faultloc hudd -o ./TR_Package/OC -m OriginalModel.pth -mode HUDD

    The data set holds train/, test/ and perhaps improvement/, each with <class>/*; a case study of HUDD's is read, and
    its results written, as they are laid out there. Writes report.html, errors.csv, causes.csv, the images of each
    cluster, testResult.csv, trainResult.csv. Called again, it takes up what is there.
    """
    if not retrain:
        _require_none_of_retraining(mode)
    from faultloc.own.hudd.case_study import as_asked
    from faultloc.own.hudd.options import hudd_options
    from faultloc.own.hudd.run import run_hudd

    asked = as_asked(data, model, output, mode or "HUDD")
    options = hudd_options(
        preset=preset,
        layer=layer,
        encoder=encoder,
        encoder_weights=encoder_weights,
        clusters=clusters,
        retrain=retrain,
        mode=mode,
        runs=runs,
        epochs=asked.epochs if epochs is None else epochs,
        learning_rate=learning_rate,
        seed=seed,
    )
    options = replace(options, usual_parameters=asked.parameters)
    run_hudd(asked.data, asked.model, options, asked.places, click.echo)


def _require_none_of_retraining(mode: str | None) -> None:
    """Raises ConfigError where a retraining that is not asked for is spoken of; HUDD's own call names its mode."""
    named = {"runs": "--runs", "epochs": "--epochs", "learning_rate": "--learning-rate"}
    source = click.get_current_context().get_parameter_source
    said = [option for name, option in named.items() if source(name) is ParameterSource.COMMANDLINE]
    if mode not in (None, "HUDD"):
        said.insert(0, f"--mode {mode}")
    if said:
        raise ConfigError(
            f"{', '.join(said)}: of a retraining, and --retrain is not given; expected --retrain beside "
            f"{'it' if len(said) == 1 else 'them'}"
        )
