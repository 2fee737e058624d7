"""Samples as a person's own transform makes them."""

import hashlib
import inspect
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.opened_image import WIDE_MODES, UnreadableImageError, opened_image
from faultloc.io.datasets.remarks import Remarks
from faultloc.io.samples.form import SampleForm, Transform
from faultloc.io.samples.listing import SampleListing
from faultloc.io.samples.sixteen_bits import check_sixteen_bits, cuts_off
from faultloc.io.stores.artifacts import written_whole
from faultloc.torchvision_import import import_beside_torchvision

_EXPECTED = "expected a function or an object that can be called, as in package.module:name"

# Images that EXIF asks to be turned, of which it is tried whether the transform turns them; and images of many bits, of
# which it is tried whether it leaves them.
_TRIED = 20
_AXES_OF_AN_IMAGE = 3


def find_transform(name: str) -> tuple[Transform, str]:
    """The object that ``name`` (package.module:name) stands for, and a hash of the file that it is written in.

    Raises:
        ConfigError: it cannot be imported or called.
    """
    module_name, _, attribute = name.partition(":")
    folder = str(Path.cwd())
    sys.path.insert(0, folder)  # as `python -m` does: one's own file beside the data
    try:
        module = import_beside_torchvision(module_name)
        found = getattr(module, attribute)
    except (Exception, SystemExit) as error:  # importing runs the user's module: anything may go wrong in it
        raise ConfigError(
            f"--transform {name!r} cannot be imported ({type(error).__name__}: {error}); {_EXPECTED}"
        ) from error
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
    remarks: Remarks,
) -> None:
    """Writes what ``form.transform`` makes of each sample as one array to ``path``: float32, uint8 images, or int32.

    Rows of damaged images are of no meaning. See ``apply_transform`` for what it is given. ``remarks`` hears of the
    images, but not of their orientation where the transform sees to that, and of those that it cuts off to 8 bits.

    Raises:
        DataError: the transform fails, or gives arrays of different shapes.
    """
    rows, is_checked, is_turned_by_transform, tried, wide_tried = None, False, True, 0, 0
    with written_whole(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on metadata
        for index, entry in enumerate(listing.inputs):
            name = listing.sample_ids[index]
            try:
                given = entry if isinstance(entry, str) else _image_of(form, entry, remarks, index)
            except UnreadableImageError as error:
                on_unreadable(index, error)
                continue
            if isinstance(given, Image.Image) and given.mode == "I;16" and not is_checked:
                check_sixteen_bits(partial(_array, form, sample_id=name), given)
                is_checked = True
            value = _array(form, given, name)
            if isinstance(given, Image.Image) and given.mode in WIDE_MODES and wide_tried < _TRIED:
                wide_tried += 1
                if cuts_off(partial(_array, form, sample_id=name), given, value):
                    remarks.cut_off.append(index)
            is_asked = not isinstance(given, str) and remarks.to_be_turned[-1:] == [index]
            if is_asked and is_turned_by_transform and tried < _TRIED:
                tried += 1
                is_turned_by_transform = _turns(form, given, value, name)
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
    if is_turned_by_transform:
        remarks.to_be_turned.clear()


def apply_transform(form: SampleForm, entry: Path | str, sample_id: str) -> np.ndarray:
    """What ``form.transform`` makes of the image at ``entry``, or of the text: numbers in float32 or uint8, or int32
    token ids.

    It is given images of 8 bits a channel in RGB, as torchvision's folders do, or grey where ``form.channels`` is 1;
    those of more bits, which a conversion would cut off, as they are: in Pillow's modes I;16, I and F.

    Raises:
        UnreadableImageError: the image is damaged.
        DataError: the transform fails or gives no numbers.
    """
    given = entry if isinstance(entry, str) else _image_of(form, entry, Remarks(), 0)
    return _array(form, given, sample_id).copy()  # else it may be a view of an image, which nobody may write to


def _image_of(form: SampleForm, path: Path, remarks: Remarks, index: int) -> Image.Image:
    with opened_image(path) as opened:
        remarks.hear(index, opened)
        image = opened.image
        if image.mode not in WIDE_MODES:
            return image.convert("L" if form.channels == 1 else "RGB")
        if not image.mode.startswith("I;16"):
            return image
        # In the byte order of the machine: torchvision takes big-endian pixels for bytes.
        native = Image.fromarray(np.asarray(image).astype(np.uint16))
        native.info = image.info
        return native


def _turns(form: SampleForm, image: "Image.Image | str", value: np.ndarray, sample_id: str) -> bool:
    """Whether the transform, which gave ``value``, turns ``image`` as its EXIF asks: it then gives the same for the
    upright image."""
    assert not isinstance(image, str)
    try:
        return np.array_equal(_array(form, ImageOps.exif_transpose(image), sample_id), value)
    except DataError:
        return False


def _array(form: SampleForm, given: "Image.Image | str", sample_id: str) -> np.ndarray:
    assert form.transform is not None
    try:
        array = np.asarray(form.transform(given))
    except Exception as error:  # whatever a person's own code raises
        mode = f" (Pillow's mode {given.mode!r})" if isinstance(given, Image.Image) and given.mode in WIDE_MODES else ""
        raise DataError(f"the transform fails on {sample_id}{mode}: {type(error).__name__}: {error}") from error
    if array.dtype == object or not (np.issubdtype(array.dtype, np.number) and array.ndim):
        raise DataError(
            f"the transform gives {type(array).__name__} of {array.dtype} for {sample_id}; expected numbers"
        )
    return array.astype(_kept_type(array), copy=False)


def _kept_type(array: np.ndarray) -> type[np.generic]:
    """Token ids stay whole numbers, images in bytes stay bytes; all else is floating point as networks take it."""
    if array.dtype == np.uint8 and array.ndim >= _AXES_OF_AN_IMAGE:
        return np.uint8
    is_whole = np.issubdtype(array.dtype, np.integer) and array.ndim < _AXES_OF_AN_IMAGE
    return np.int32 if is_whole else np.float32
