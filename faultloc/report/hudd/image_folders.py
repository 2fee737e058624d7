"""The images of each cluster in a folder of its own: copies of files, or arrays as PNG."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Int

from faultloc.io.stores.whole_folder import folder_replaced_whole
from faultloc.report.shared.pictures import draw_picture, png_bytes
from faultloc.subject.dataset import LabeledDataset

# What an id may bring into a file name; everything else becomes an underscore.
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 100
# Bytes, of the 255 that file systems take for a name.
_LONGEST_ENCODED = 200


def write_image_folders(
    folder: Path, groups: Mapping[str, Int[np.ndarray, "_"]], dataset: LabeledDataset, files: Path | None
) -> int:
    """Writes a folder for each of ``groups``, places in ``dataset`` in the order in which they are to be looked at.

    An image is the file below ``files`` that its id names, as it is, or drawn from its array where there is none. Its
    name begins with its number in the group. What an earlier run left at ``folder`` is replaced at once. How many
    images were written: samples that are no pictures are left out.
    """
    written = 0
    with folder_replaced_whole(folder) as target:
        for name, members in groups.items():
            (target / name).mkdir(parents=True)
            digits = max(3, len(str(len(members))))
            for number, place in enumerate(members.tolist(), start=1):
                written += _write(target / name, f"{number:0{digits}d}_", place, dataset, files)
    return written


def _write(folder: Path, prefix: str, place: int, dataset: LabeledDataset, files: Path | None) -> int:
    sample_id = str(dataset.sample_ids[place])
    source = None if files is None else files / sample_id
    parts = PurePosixPath(sample_id).parts
    # The set's folder is the same for all; the class is worth seeing.
    name = _UNSAFE.sub("_", "_".join(parts[1:] or parts)).strip(".")[-_LONGEST:]
    while len(os.fsencode(name)) > _LONGEST_ENCODED:
        name = name[1:]
    if source is not None and source.is_file():
        shutil.copyfile(source, folder / f"{prefix}{name}")
        return 1
    inputs = dataset.inputs[place]
    picture = draw_picture(inputs, dataset.input_kind, max(inputs.shape[1:], default=1) if inputs.ndim == 3 else 1)
    if picture is None:
        return 0
    (folder / f"{prefix}{name}.png").write_bytes(png_bytes(picture))
    return 1
