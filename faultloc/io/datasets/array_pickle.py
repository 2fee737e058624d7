"""Pickles that hold arrays and nothing else: a pickle is a program, and this one may call four functions only."""

import io
import pickle
from collections.abc import Callable

import numpy as np

from faultloc.errors import DataError

_RECONSTRUCT = np.empty(0).__reduce__()[0]


def _encode_latin1(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"text in the encoding {encoding!r}")
    return text.encode("latin1")


# What NumPy writes into a pickle, under its old and its new module name.
_ALLOWED: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,  # type: ignore[dict-item]
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,  # type: ignore[dict-item]
    ("_codecs", "encode"): _encode_latin1,
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]


def load_array_pickle(content: bytes, source: str) -> dict[str, object]:
    """The dictionary pickled in ``content``, keys as text; code in it is refused, not run.

    Raises:
        DataError: it is damaged, is no dictionary, or asks for anything but arrays; ``source`` names it.
    """
    try:
        loaded = _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    except Exception as error:  # a damaged pickle can raise anything
        raise DataError(
            f"{source} is not a plain pickle of arrays ({error}) and was not loaded: it is damaged or was made to run "
            "code; delete it and fetch the published file"
        ) from error
    if not isinstance(loaded, dict):
        raise DataError(f"{source} holds a {type(loaded).__name__}, expected a dictionary: fetch the published file")
    return loaded
