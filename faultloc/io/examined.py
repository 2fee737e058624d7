"""Which data and which model of a user's were examined, as `run.json` says it under ``dataset`` and ``model``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from faultloc.errors import DataError

Form = Literal["folder", "csv", "arrays"]
Numbers = tuple[float | int, ...]

_SETS = ("image_set", "test_set", "improvement_set")


@dataclass(frozen=True)
class ExaminedData:
    """Where the data lie.

    ``root`` is the folder, or the file of a CSV or of arrays. In a folder, ``image_set`` is the folder below it that
    was examined (a dot where the class folders lie in ``root``), ``test_set`` that of the held-out samples,
    ``improvement_set`` that of more samples to train on, where the method asks for them. The columns are those that
    were named for a CSV. ``digest`` tells one content from another; empty where none was kept.
    """

    form: Form
    root: Path
    image_set: str = "train"
    test_set: str = "test"
    improvement_set: str | None = None
    input_column: str | None = None
    label_column: str | None = None
    digest: str = ""

    def record(self) -> dict[str, object]:
        """What `run.json` says of them."""
        recorded: dict[str, object] = {
            "form": self.form,
            "root": str(self.root),
            "image_set": self.image_set,
            "test_set": self.test_set,
            "input_column": self.input_column,
            "label_column": self.label_column,
            "digest": self.digest,
        }
        return recorded if self.improvement_set is None else recorded | {"improvement_set": self.improvement_set}


@dataclass(frozen=True)
class ExaminedModel:
    """The model's file, or its name where it is one of a library's; ``arch`` is the class that was named for it.

    ``weights_key`` is the entry of its file that was taken, where one was named. ``mean`` and ``std`` scaled its
    inputs. ``digest`` tells one content of the file from another; empty where none was kept.
    """

    model: str
    arch: str | None = None
    weights: Path | None = None
    mean: Numbers | None = None
    std: Numbers | None = None
    digest: str = ""
    weights_key: str | None = None

    def record(self) -> dict[str, object]:
        """What `run.json` says of it."""
        recorded: dict[str, object] = {
            "model": self.model,
            "arch": self.arch,
            "weights": None if self.weights is None else str(self.weights),
            "mean": None if self.mean is None else list(self.mean),
            "std": None if self.std is None else list(self.std),
            "digest": self.digest,
        }
        return recorded if self.weights_key is None else recorded | {"weights_key": self.weights_key}


def examined_data(run: Mapping[str, object], folder: Path) -> ExaminedData:
    """What `run.json` in ``folder`` says under ``dataset``; where it says nothing, arrays that no file holds.

    Raises:
        DataError: it is not said in this way.
    """
    if "dataset" not in run:
        return ExaminedData("arrays", folder / "dataset")  # examined from Python, by objects
    recorded = run["dataset"]
    record = recorded if isinstance(recorded, Mapping) else {}
    form, root, texts = record.get("form"), record.get("root"), _texts(record)
    if form not in get_args(Form) or not texts.get("root"):
        raise DataError(
            f"{folder / 'run.json'} says of the data that were examined: {recorded!r}; expected a form "
            f"({', '.join(get_args(Form))}) and a root: run `faultloc dfaulo` again"
        )
    for name in _SETS:
        part = Path(texts.get(name, ""))
        if part.is_absolute() or ".." in part.parts:
            raise DataError(f"{folder / 'run.json'} has {name} {texts[name]!r}; expected a folder below {root}")
    return ExaminedData(
        form=cast(Form, form),
        root=Path(texts["root"]),
        image_set=texts.get("image_set", ExaminedData.image_set),
        test_set=texts.get("test_set", ExaminedData.test_set),
        improvement_set=texts.get("improvement_set"),
        input_column=texts.get("input_column"),
        label_column=texts.get("label_column"),
        digest=texts.get("digest", ""),
    )


def examined_model(run: Mapping[str, object], folder: Path) -> ExaminedModel:
    """What `run.json` in ``folder`` says under ``model``.

    Raises:
        DataError: it does not say it, or not in this way.
    """
    recorded = run.get("model")
    record = recorded if isinstance(recorded, Mapping) else {}
    texts = _texts(record)
    if "model" not in texts:
        raise DataError(
            f"{folder / 'run.json'} does not say which model was examined (model: {recorded!r}); expected its "
            "file or its name, as `faultloc dfaulo` writes it"
        )
    return ExaminedModel(
        model=texts["model"],
        arch=texts.get("arch"),
        weights=Path(texts["weights"]) if texts.get("weights") else None,
        mean=_numbers(record, "mean", folder),
        std=_numbers(record, "std", folder),
        digest=texts.get("digest", ""),
        weights_key=texts.get("weights_key"),
    )


def _texts(record: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in record.items() if isinstance(value, str)}


def _numbers(record: Mapping[str, object], name: str, folder: Path) -> Numbers | None:
    values = record.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise DataError(f"{folder / 'run.json'} has {name} {values!r}; expected a list of numbers, one a channel")
    return tuple(values)
