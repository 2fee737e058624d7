"""Options as what `run.json` says was examined, and back."""

from pathlib import Path

from faultloc.io.examined import ExaminedData, ExaminedModel
from faultloc.own.options import DataOptions, ModelOptions


def data_examined(options: DataOptions, digest: str) -> ExaminedData:
    """The data of ``options``, wherever one looks from; ``digest`` is that of the stored samples."""
    return ExaminedData(
        form="csv" if options.is_table else "folder",
        root=options.dataset.resolve(),
        image_set=options.image_set,
        test_set=options.held_out_set,
        improvement_set=options.improvement_set,
        input_column=options.input_column,
        label_column=options.label_column,
        digest=digest,
    )


def model_examined(options: ModelOptions, digest: str) -> ExaminedModel:
    """The model of ``options``, wherever one looks from; ``digest`` is that of its file."""
    return ExaminedModel(
        model=str(Path(options.model).resolve()) if Path(options.model).exists() else options.model,
        arch=options.arch,
        weights=None if options.weights is None else options.weights.resolve(),
        weights_key=options.weights_key,
        mean=None if options.mean is None else tuple(options.mean),
        std=None if options.std is None else tuple(options.std),
        digest=digest,
    )


def options_again(examined: ExaminedModel, *, arch: str | None, trust: bool) -> ModelOptions:
    """The options to read the examined model again.

    Which class is imported is ``arch``'s to say, and whether its file may run code ``trust``'s; neither is read from a
    file, since results may come from somebody else.
    """
    return ModelOptions(
        model=examined.model,
        arch=arch,
        weights=examined.weights,
        weights_key=examined.weights_key,
        trust_checkpoint=trust,
        mean=examined.mean,
        std=examined.std,
    )
