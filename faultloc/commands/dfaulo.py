"""`faultloc dfaulo`: which samples of a folder or a table are mislabelled or do not belong."""

import json
from pathlib import Path

import click

from faultloc.commands.values import ImageSize, Numbers

# Of the paper's mutants. Source: the authors' defaults.
PAPER_EPOCHS, PAPER_BATCH_SIZE = 10, 64

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


@click.command("dfaulo", short_help="Find mislabelled samples and inputs that do not belong.")
@click.option(
    "--dataset", required=True, type=click.Path(path_type=Path), help="Folder <set>/<class>/*, or a CSV file."
)
@click.option("--model", required=True, help="Model file, or timm:NAME, torchvision:NAME.")
@click.option("--img_size", type=ImageSize(), help="Width, height, channels; default: as the files are.")
@click.option("--retrain_epoch", type=int, help="Epochs of every mutant.  [15; with the paper's scorer 10]")
@click.option("--image_set", default="train", show_default=True, help="The set's folder; a dot for none.")
@click.option("--test_set", default="test", show_default=True, help="Held-out set's folder, where there is one.")
@click.option("--classes", type=_FILE, help="JSON list of the classes in the order of the model's outputs.")
@click.option("--output", default="results", show_default=True, type=click.Path(path_type=Path), help="Results.")
@click.option("--arch", help="The model's class, package.module:Class.")
@click.option("--weights", type=_FILE, help="Weights of a model that is given by name.")
@click.option("--trust-checkpoint", is_flag=True, help="The model file is my own: it may run code.")
@click.option("--mean", type=Numbers(), help="Subtracted from images in [0, 1], one number a channel.")
@click.option("--std", type=Numbers(), help="Then they are divided by it.")
@click.option("--transform", help="Own code instead of all that, package.module:object.")
@click.option("--vocabulary", type=_FILE, help="Texts: JSON list of words, or tokenizer.json.")
@click.option("--max_tokens", default=100, show_default=True, help="Texts: words that the model reads.")
@click.option("--input_column", help="CSV: the column of paths or texts.")
@click.option("--label_column", help="CSV: the column of labels.")
@click.option("--follow-links", is_flag=True, help="Read links that lead out of the data set.")
@click.option("--hook_layer", help="Layer whose output are the features; default: found by tracing.")
@click.option("--rm_ratio", type=float, help="Share that mutants are trained without.  [0.25; paper's scorer 0.05]")
@click.option("--retrain_bs", type=int, help="Batch size of the mutants.  [256; paper's scorer 64]")
@click.option("--top_ratio", default=0.01, show_default=True, help="Share of the list to write as pictures.")
@click.option("--scorer", type=click.Choice(["default", "paper"]), default="default", show_default=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1.")
@click.option("--seed", default=0, show_default=True)
@click.option("--args", type=_FILE, is_eager=True, expose_value=False, callback=_read_defaults, help="JSON of options.")
def command(
    dataset: Path,
    model: str,
    img_size: tuple[int, int, int | None] | None,
    retrain_epoch: int | None,
    image_set: str,
    test_set: str,
    classes: Path | None,
    output: Path,
    arch: str | None,
    weights: Path | None,
    trust_checkpoint: bool,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    transform: str | None,
    vocabulary: Path | None,
    max_tokens: int,
    input_column: str | None,
    label_column: str | None,
    follow_links: bool,
    hook_layer: str | None,
    rm_ratio: float | None,
    retrain_bs: int | None,
    top_ratio: float,
    scorer: str,
    device: str,
    seed: int,
) -> None:
    """Finds the samples of a labelled data set that are mislabelled or do not belong, by a model trained on it.

    \b
    Example:
      faultloc dfaulo --dataset ./MNIST --model ./model.pth --img_size '(28,28,1)'

    Writes ranking.csv, report.html, the pictures of the top and more into the output folder. Called again, it takes up
    what is there.
    """
    from faultloc.own.dfaulo.run import RunOptions, run_dfaulo
    from faultloc.own.dfaulo.settings import LocateSettings, PaperSettings, suffix_settings
    from faultloc.own.model import ModelOptions
    from faultloc.own.samples import FileOptions
    from faultloc.settings_check import check_number

    check_number("--top_ratio", top_ratio, above=0, below=1.0001)
    files = FileOptions(
        dataset=dataset,
        image_set=image_set,
        test_set=test_set,
        classes=classes,
        image_size=img_size,
        transform=transform,
        vocabulary=vocabulary,
        max_tokens=max_tokens,
        input_column=input_column,
        label_column=label_column,
        follow_links=follow_links,
    )
    given = ModelOptions(
        model=model, arch=arch, weights=weights, trust=trust_checkpoint, mean=mean, std=std, device=device
    )
    is_default = scorer == "default"
    settings = LocateSettings(
        suffix=suffix_settings(epochs=retrain_epoch, left_out=rm_ratio, batch_size=retrain_bs)
        if is_default
        else suffix_settings(),
        paper=PaperSettings() if is_default or rm_ratio is None else PaperSettings(ratio=rm_ratio),
        hook_layer=hook_layer,
        seed=seed,
    )
    options = RunOptions(
        scorer=scorer,
        settings=settings,
        paper_epochs=PAPER_EPOCHS if retrain_epoch is None else retrain_epoch,
        paper_batch_size=PAPER_BATCH_SIZE if retrain_bs is None else retrain_bs,
        top_ratio=top_ratio,
    )
    run_dfaulo(files, given, options, output, click.echo)
