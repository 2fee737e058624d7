"""Parameters of samples: numbers that are known beside the inputs, a table `parameters.csv` with a row a sample.

In a stored data set it lies in a split's folder, its first column is `sample_id`, and its rows are in the order of the
split. In a folder of pictures, `<dataset>/<set>/<class>/*`, it is `<dataset>/<set>/parameters.csv`: the column `image`
is the path of a picture below `<dataset>/<set>/`, and the order of rows and columns is free. All other columns are
numbers; an empty field is a parameter that does not apply to the sample.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float, Shaped

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import written_whole
from faultloc.io.stores.csv_rows import csv_rows

PARAMETERS_FILE = "parameters.csv"
_STORED_KEY, _FOLDER_KEY = "sample_id", "image"

Parameters = Mapping[str, Float[np.ndarray, "_"]]


def save_parameters(
    folder: Path, sample_ids: Shaped[np.ndarray, "sample"], parameters: Mapping[str, Float[np.ndarray, "sample"]]
) -> None:
    """Writes the table into ``folder``, with all digits; without any parameter, none, and an earlier one vanishes."""
    path = folder / PARAMETERS_FILE
    if not parameters:
        path.unlink(missing_ok=True)
        return
    columns = [["" if math.isnan(value) else repr(float(value)) for value in values] for values in parameters.values()]
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([_STORED_KEY, *parameters])
        writer.writerows(zip(sample_ids.tolist(), *columns, strict=True))


def load_parameters(folder: Path, sample_ids: Shaped[np.ndarray, "sample"]) -> Parameters:
    """The parameters by name, in the order of ``sample_ids``, of the table in ``folder``; none where there is none.

    Raises:
        DataError: the table is malformed, or has not one row for each sample.
    """
    path = folder / PARAMETERS_FILE
    if not path.is_file():
        return {}
    names, rows = _rows_by_key(path, _STORED_KEY)
    known = set(sample_ids.tolist())
    for key, (line, _) in rows.items():
        if key not in known:
            raise DataError(f"line {line} of {path} is about {key!r}, which is no sample of the split: remove the row")
    return _in_order(path, names, rows, sample_ids.tolist(), _STORED_KEY)


def load_folder_parameters(root: Path, image_set: str, sample_ids: Sequence[str]) -> Parameters:
    """The parameters by name, in the order of ``sample_ids``, of the table beside the pictures of ``root/image_set``;
    none where there is none.

    A sample's id is its path below ``root``. Rows of pictures that are there and were left out, such as damaged ones,
    are left out too.

    Raises:
        DataError: the table is malformed, has not one row for each sample, or one for a picture that is not there.
    """
    folder = root / image_set
    path = folder / PARAMETERS_FILE
    if not path.is_file():
        return {}
    names, found = _rows_by_key(path, _FOLDER_KEY)
    rows = {(PurePosixPath(image_set) / image).as_posix(): row for image, row in found.items()}
    known = set(sample_ids)
    for (sample_id, (line, _)), image in zip(rows.items(), found, strict=True):
        if sample_id not in known and not (root / sample_id).is_file():
            raise DataError(
                f"line {line} of {path} is about {image!r}, which is not in {folder}: write the path of a picture "
                "below that folder, such as stop/001.png, or remove the row"
            )
    return _in_order(path, names, rows, sample_ids, _FOLDER_KEY)


# The number of a row's line, and its fields as they stand there.
_Row = tuple[int, list[str]]


def _rows_by_key(path: Path, key: str) -> tuple[list[str], dict[str, _Row]]:
    """The names of the parameters, and the rows by their key, which is taken out of them."""
    lines = csv_rows(path)
    _, header = next(lines, (0, []))
    names = [name.strip() for name in header]
    if names.count(key) != 1 or len(names) < 2 or len(set(names)) < len(names) or "" in names:
        raise DataError(
            f"{path} begins with the columns {', '.join(header) or '(none)'}; expected {key} and the names of one or "
            "more parameters, each once"
        )
    place = names.index(key)
    rows: dict[str, _Row] = {}
    for line, fields in lines:
        if len(fields) != len(names):
            raise DataError(f"line {line} of {path} has {len(fields)} fields; expected {len(names)}, as in its heading")
        name = fields.pop(place)
        if name in rows:
            raise DataError(
                f"line {line} of {path} is about {name!r}, as line {rows[name][0]} is: keep one of the two rows"
            )
        rows[name] = line, fields
    names.pop(place)
    return names, rows


def _in_order(
    path: Path, names: Sequence[str], rows: Mapping[str, _Row], sample_ids: Sequence[str], key: str
) -> Parameters:
    missing = [sample_id for sample_id in sample_ids if sample_id not in rows]
    if missing:
        raise DataError(
            f"{path} has no row for {len(missing):,} of {len(sample_ids):,} samples, for example {missing[0]}: add "
            f"them to the column {key}, with empty fields where nothing is known"
        )
    chosen = [rows[sample_id] for sample_id in sample_ids]
    return {
        name: np.array([_number(fields[place], path, line, name) for line, fields in chosen], dtype=np.float64)
        for place, name in enumerate(names)
    }


def _number(text: str, path: Path, line: int, name: str) -> float:
    if not text.strip():
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(
            f"line {line} of {path} has {text!r} for {name}; expected a number, or nothing where it does not apply"
        )
    return value
