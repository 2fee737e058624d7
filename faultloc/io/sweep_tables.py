"""The tables that a sweep leaves, or that somebody put together by hand."""

from pathlib import Path

import pandas as pd

from faultloc.errors import DataError


def load_sweep_table(path: Path) -> pd.DataFrame:
    """The CSV at ``path``, every value as text: `none` is a fault's name, and `0.10` a setting as it was written.

    Raises:
        DataError: the file is missing, or is no CSV with a line of names.
    """
    if not path.is_file():
        raise DataError(f"there is no file {path}; expected a table of a sweep: run the sweep, or name its table")
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no CSV with a line of names: {' '.join(str(error).split())}") from error
