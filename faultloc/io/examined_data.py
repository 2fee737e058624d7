"""Which of a user's data were examined, as the record of a run says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from faultloc.errors import DataError

Form = Literal["folder", "csv", "arrays"]


@dataclass(frozen=True)
class ExaminedData:
    """Where the data lie.

    ``root`` is the folder, or the file of a CSV or of arrays. In a folder, ``image_set`` is the folder below it that
    was examined (a dot where the class folders lie in ``root``), ``test_set`` that of the held-out samples.
    """

    form: Form
    root: Path
    image_set: str = "train"
    test_set: str = "test"


def examined_data(run: Mapping[str, object], folder: Path) -> ExaminedData:
    """What `run.json` in ``folder`` says under ``dataset``; where it says nothing, arrays that no file holds.

    Raises:
        DataError: it is not said in this way.
    """
    if "dataset" not in run:
        return ExaminedData("arrays", folder / "dataset")  # examined from Python, by objects
    recorded = run["dataset"]
    record = recorded if isinstance(recorded, Mapping) else {}
    form, root = record.get("form"), record.get("root")
    sets = {name: record[name] for name in ("image_set", "test_set") if isinstance(record.get(name), str)}
    if form not in get_args(Form) or not isinstance(root, str) or not root:
        raise DataError(
            f"{folder / 'run.json'} says of the data that were examined: {recorded!r}; expected a form "
            f"({', '.join(get_args(Form))}) and a root: run `faultloc dfaulo` again"
        )
    for name, value in sets.items():
        if Path(value).is_absolute() or ".." in Path(value).parts:
            raise DataError(f"{folder / 'run.json'} has {name} {value!r}; expected a folder below {root}")
    return ExaminedData(cast(Form, form), Path(root), **sets)
