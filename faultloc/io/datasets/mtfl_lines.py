"""The text files of MTFL: a line for each face."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from faultloc.errors import DataError

LANDMARKS = 5
# A path, the landmarks' x and y, and four attributes: gender, smile, glasses, pose.
_COLUMNS = 1 + 2 * LANDMARKS + 4
_BOX_COLUMNS = 4

Point = tuple[float, float]
# Left, top, right and bottom edge in pixels.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class FaceLine:
    """A face: where its line stands, its image below the root, and its landmarks in pixels of the image.

    The landmarks are the left eye, the right eye, the nose, the left and the right corner of the mouth.
    """

    place: str
    image: str
    landmarks: tuple[Point, ...]


def read_faces(path: Path) -> list[FaceLine]:
    """The faces in the file at ``path``, in its order; its backslashes between folders are slashes here.

    Raises:
        DataError: the file is missing or holds no faces, or a line of it is not as it should be.
    """
    faces = [_face(place, words) for place, words in _lines(path)]
    if not faces:
        raise DataError(f"{path} holds no faces; expected a line for each, as in the release of MTFL")
    return faces


def read_boxes(path: Path, faces: list[FaceLine]) -> list[Box]:
    """The box of each of ``faces``: the line of the same number, its first four numbers.

    Raises:
        DataError: the file is missing, has another number of lines, or a line of it is no box.
    """
    boxes = [_box(place, words) for place, words in _lines(path)]
    if len(boxes) != len(faces):
        raise DataError(
            f"{path} has {len(boxes)} boxes for {len(faces)} faces; expected a line for each, in their order"
        )
    return boxes


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    if not path.is_file():
        raise DataError(f"there is no file {path}: set dataset.root to the folder of MTFL that holds it")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8 ({error}): fetch it again") from error
    for number, line in enumerate(lines, start=1):
        if words := line.split():
            yield f"{path}, line {number}", words


def _face(place: str, words: list[str]) -> FaceLine:
    if len(words) != _COLUMNS:
        raise DataError(
            f"{place} has {len(words)} columns; expected {_COLUMNS}: a path, five x, five y, gender, smile, glasses "
            "and pose"
        )
    image = PurePosixPath(words[0].replace("\\", "/"))
    if image.is_absolute() or ".." in image.parts:
        raise DataError(f"{place} names the image {words[0]}; expected a path below the folder of MTFL")
    numbers = _numbers(place, words[1 : 1 + 2 * LANDMARKS])
    return FaceLine(place, str(image), tuple(zip(numbers[:LANDMARKS], numbers[LANDMARKS:], strict=True)))


def _box(place: str, words: list[str]) -> Box:
    if len(words) < _BOX_COLUMNS:
        raise DataError(f"{place} has {len(words)} columns; expected the left, top, right and bottom edge of a box")
    left, top, right, bottom = _numbers(place, words[:_BOX_COLUMNS])
    if not (left < right and top < bottom):
        raise DataError(
            f"{place} is a box from {left:g}, {top:g} to {right:g}, {bottom:g}; expected one with an inside"
        )
    return left, top, right, bottom


def _numbers(place: str, words: list[str]) -> list[float]:
    numbers = []
    for word in words:
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise DataError(f"{place} holds {word!r}; expected a number of pixels: correct the line or take it out")
        numbers.append(number)
    return numbers
