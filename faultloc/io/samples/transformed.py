"""Samples as a person's own transform makes them."""

import hashlib
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.image_files import UnreadableImageError
from faultloc.io.samples.form import SampleForm, Transform
from faultloc.io.samples.listing import SampleListing
from faultloc.io.stores.artifacts import written_whole

_EXPECTED = "expected a function or an object that can be called, as in package.module:name"


def find_transform(name: str) -> tuple[Transform, str]:
    """The object that ``name`` (package.module:name) stands for, and a hash of the file that it is written in.

    Raises:
        ConfigError: it cannot be imported or called.
    """
    module_name, _, attribute = name.partition(":")
    folder = str(Path.cwd())
    sys.path.insert(0, folder)  # as `python -m` does: one's own file beside the data
    try:
        module = importlib.import_module(module_name)
        found = getattr(module, attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"--transform {name!r} cannot be imported ({error}); {_EXPECTED}") from error
    finally:
        sys.path.remove(folder)
    if not callable(found) or inspect.isclass(found):
        raise ConfigError(f"--transform {name!r} is {type(found).__name__}; {_EXPECTED}")
    source = inspect.getsourcefile(module)
    content = Path(source).read_bytes() if source else b""
    return found, hashlib.sha256(name.encode() + b"\0" + content).hexdigest()


def store_transformed(
    path: Path,
    listing: SampleListing,
    form: SampleForm,
    on_unreadable: Callable[[int, UnreadableImageError], object],
    on_decoded: Callable[[int], object],
) -> None:
    """Writes what ``form.transform`` makes of each sample as one array to ``path``, float32 or int32.

    Rows of damaged images are of no meaning. Images are given to it in RGB, as torchvision's folders do, or grey where
    ``form.channels`` is 1.

    Raises:
        DataError: the transform fails, or gives arrays of different shapes.
    """
    rows = None
    with written_whole(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on metadata
        for index, entry in enumerate(listing.inputs):
            try:
                value = apply_transform(form, entry, listing.sample_ids[index])
            except UnreadableImageError as error:
                on_unreadable(index, error)
                continue
            if rows is None:
                shape = (len(listing), *value.shape)
                rows = np.lib.format.open_memmap(temporary, mode="w+", dtype=value.dtype, shape=shape)
            if value.shape != rows.shape[1:]:
                raise DataError(
                    f"the transform gives the shape {value.shape} for {listing.sample_ids[index]} and {rows.shape[1:]} "
                    "for the first sample; expected one shape for all: let it resize or pad"
                )
            rows[index] = value
            on_decoded(1)
        if rows is None:
            raise DataError("no sample could be read: check the files")
        rows.flush()


def apply_transform(form: SampleForm, entry: Path | str, sample_id: str) -> np.ndarray:
    """What ``form.transform`` makes of the image at ``entry``, or of the text: numbers in float32, or int32 token ids.

    Raises:
        UnreadableImageError: the image is damaged.
        DataError: the transform fails or gives no numbers.
    """
    assert form.transform is not None
    if isinstance(entry, str):
        return _array(form.transform, entry, sample_id)
    try:
        with Image.open(entry) as image:
            converted = image.convert("L" if form.channels == 1 else "RGB")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise UnreadableImageError(f"the image {entry} cannot be read ({error}): repair or remove it") from error
    return _array(form.transform, converted, sample_id)


def _array(transform: Transform, value: "Image.Image | str", sample_id: str) -> np.ndarray:
    try:
        array = np.asarray(transform(value))
    except Exception as error:  # whatever a person's own code raises
        raise DataError(f"the transform fails on {sample_id}: {type(error).__name__}: {error}") from error
    if array.dtype == object or not (np.issubdtype(array.dtype, np.number) and array.ndim):
        raise DataError(
            f"the transform gives {type(array).__name__} of {array.dtype} for {sample_id}; expected numbers"
        )
    return array
