"""What a model's own folder says of how its inputs are prepared, where the user does not say it."""

from dataclasses import dataclass, replace
from pathlib import Path

from faultloc.io.models.image_processor import PROCESSOR, read_image_processor
from faultloc.io.samples import SampleForm
from faultloc.own.options import DataOptions, ModelOptions


@dataclass(frozen=True)
class Prepared:
    """The form in which samples are kept, the options of the model with the scaling of its inputs, and what there is to
    say of it."""

    form: SampleForm
    given: ModelOptions
    note: str = ""


def prepared_for_model(data: DataOptions, given: ModelOptions, form: SampleForm) -> Prepared:
    """``form`` and ``given`` as the image processor beside the model has them; as they are where there is none, or
    where the user has said any of it.

    Raises:
        ModelError: the image processor cannot be read.
        MissingPackageError: transformers is not installed.
    """
    folder = Path(given.model).expanduser()
    if not (folder / PROCESSOR).is_file():
        return Prepared(form, given)
    said = {
        "--img_size": data.img_size,
        "--transform": data.transform,
        "--vocabulary": data.vocabulary,
        "--mean": given.mean,
        "--std": given.std,
    }
    if any(value is not None for value in said.values()):
        named = " and ".join(name for name, value in said.items() if value is not None)
        return Prepared(form, given, f"The inputs are prepared by {named}, and not by {PROCESSOR} beside the model.")
    processor = read_image_processor(folder)
    assert processor is not None
    form = replace(form, transform=processor, transform_digest=processor.digest)
    if processor.mean is not None:
        given = replace(given, mean=processor.mean, std=processor.std)
    return Prepared(form, given, f"The images are prepared as {PROCESSOR} beside the model says: {processor.about}.")
