"""The errors of a split, an array a field."""

from dataclasses import fields
from pathlib import Path

from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.hudd.errors import Errors


def save_errors(folder: Path, errors: Errors) -> None:
    """Writes an array a field."""
    for field in fields(Errors):
        save_array(folder / f"{field.name}.npy", getattr(errors, field.name))


def load_errors(folder: Path) -> Errors:
    """The errors in ``folder``.

    Raises:
        DataError: there are none.
    """
    return Errors(**{field.name: load_array(folder / f"{field.name}.npy") for field in fields(Errors)})
