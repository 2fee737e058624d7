"""MTFL: faces with five landmarks each, the data set of TCDCNN."""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.mtfl_lines import LANDMARKS, Box, FaceLine, read_boxes, read_faces
from faultloc.io.datasets.opened_image import UnreadableImageError, opened_image
from faultloc.settings_check import check_number
from faultloc.subject.dataset import LabeledDataset, Targets
from faultloc.subject.splits import DatasetSplits

# The edge of a crop in pixels. Source: TCDCNN.
SIDE = 40
_FACES_PER_TASK = 64


def read_mtfl(*, root: str, boxes: Sequence[str] | None = None, margin: float | int = 0.6) -> DatasetSplits:
    """The faces that `training.txt` lists, and as test set those of `testing.txt`, in the folder ``root``.

    Inputs are the faces, cut out, grey, 40x40; targets are the landmarks in pixels of that crop, the five x before the
    five y; a sample's id is its image's path below ``root``. The box that is cut out is a square about the landmarks,
    ``margin`` times their longer extent away from them, as far as the image goes; or, where ``boxes`` names two files
    in ``root`` (for training and test, a line for each face: left, top, right, bottom), the box that stands there.

    Raises:
        DataError: a file is missing, a line of one is malformed, a landmark lies outside its image, a box does not
            touch it, or an image is unreadable.
        ConfigError: ``margin`` or ``boxes`` makes no sense.

    Source: Zhang et al., "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014; the crop is that of the
    authors' code of DFauLo.
    Differs: the release has no boxes, and theirs are those of a face detector (MTCNN): without such files the box is
    made from the landmarks, so that every landmark lies in it. They drop faces smaller than 40 pixels, which are
    enlarged here.
    """
    check_number("dataset.margin", margin, at_least=0)
    if boxes is not None and (isinstance(boxes, str) or len(boxes) != 2):
        raise ConfigError(f"dataset.boxes={boxes}: expected the names of two files, for training and test, or null")
    base, (train_boxes, test_boxes) = Path(root), boxes or (None, None)
    train = _read(base, "training.txt", train_boxes, margin)
    has_test = (base / "testing.txt").is_file()
    return DatasetSplits(train, _read(base, "testing.txt", test_boxes, margin) if has_test else None)


def _read(root: Path, listing: str, box_listing: str | None, margin: float | int) -> LabeledDataset:
    faces = read_faces(root / listing)
    given = [None] * len(faces) if box_listing is None else read_boxes(root / box_listing, faces)
    inputs = np.empty((len(faces), 1, SIDE, SIDE), dtype=np.uint8)
    targets = np.empty((len(faces), 2 * LANDMARKS), dtype=np.float32)

    def read_task(start: int) -> None:
        for index in range(start, min(start + _FACES_PER_TASK, len(faces))):
            inputs[index, 0], targets[index] = _read_face(root, faces[index], given[index], margin)

    # Threads, since Pillow decodes and resizes without holding the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        for _ in executor.map(read_task, range(0, len(faces), _FACES_PER_TASK)):
            pass
    labels = np.zeros(len(faces), dtype=np.int64)
    return LabeledDataset(inputs, labels, _ids(faces), ("face",), Targets(targets, 0, SIDE, are_points=True))


def _read_face(
    root: Path, face: FaceLine, box: Box | None, margin: float | int
) -> tuple[UInt8[np.ndarray, "height width"], Float32[np.ndarray, "_"]]:
    try:
        with opened_image(root / face.image) as opened:
            image = opened.image
            _check_landmarks(face, image)
            left, top, right, bottom = _within(box or _square_about(face, margin), face, image)
            crop = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=(left, top, right, bottom))
    except UnreadableImageError as error:
        raise DataError(f"{face.place}: {error}") from error
    across = [(x - left) * SIDE / (right - left) for x, _ in face.landmarks]
    down = [(y - top) * SIDE / (bottom - top) for _, y in face.landmarks]
    return np.asarray(crop), np.array(across + down, dtype=np.float32)


def _check_landmarks(face: FaceLine, image: Image.Image) -> None:
    for x, y in face.landmarks:
        if not (0 <= x <= image.width and 0 <= y <= image.height):
            raise DataError(
                f"{face.place} has a landmark at {x:g}, {y:g}, outside of {face.image}, which is {image.width}x"
                f"{image.height} pixels: correct the line or take it out"
            )


def _square_about(face: FaceLine, margin: float | int) -> Box:
    across, down = [x for x, _ in face.landmarks], [y for _, y in face.landmarks]
    half = max(max(across) - min(across), max(down) - min(down)) * (0.5 + margin)
    x, y = (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
    return x - half, y - half, x + half, y + half


def _within(box: Box, face: FaceLine, image: Image.Image) -> Box:
    left, top = max(box[0], 0.0), max(box[1], 0.0)
    right, bottom = min(box[2], float(image.width)), min(box[3], float(image.height))
    if not (left < right and top < bottom):
        raise DataError(
            f"{face.place}: the box of this face has no pixel of {face.image}, which is {image.width}x{image.height}; "
            "expected one on the image and landmarks at different places: correct the line or take it out"
        )
    return left, top, right, bottom


def _ids(faces: Sequence[FaceLine]) -> np.ndarray:
    seen: Counter[str] = Counter()
    ids = []
    for face in faces:
        seen[face.image] += 1
        # A second face of the same image.
        ids.append(face.image if seen[face.image] == 1 else f"{face.image}#{seen[face.image]}")
    return np.array(ids, dtype=np.str_)
