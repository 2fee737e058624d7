"""Drawn faces in the layout of the release of MTFL: `training.txt`, `testing.txt` and folders of JPEG files."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

_ATTRIBUTES = "1 2 2 3"


def write_release(folder: Path, *, training: int, testing: int, seed: int = 0) -> None:
    """Writes that many faces with the lines that say where their parts are.

    `annotation.txt` and `annotation_test.txt` have a box for each, none of them quite in place, as detectors give them.
    """
    rng = np.random.default_rng(seed)
    _write_split(folder, "training.txt", "annotation.txt", ("lfw_5590", "net_7876"), training, rng)
    _write_split(folder, "testing.txt", "annotation_test.txt", ("AFLW",), testing, rng)


def _write_split(
    folder: Path, listing: str, boxes: str, images: tuple[str, ...], count: int, rng: np.random.Generator
) -> None:
    lines, box_lines = [], []
    for index in range(count):
        name = f"{images[index % len(images)]}\\face_{index:04d}.jpg"
        landmarks = draw_face(folder / name.replace("\\", "/"), rng)
        lines.append(_line(name, landmarks))
        extent = np.ptp(landmarks, axis=0).max()
        middle, half = landmarks.mean(axis=0) + extent * rng.uniform(-0.35, 0.35, 2), extent * rng.uniform(1.0, 1.4)
        box_lines.append(" ".join(f"{edge:.4f}" for edge in [*(middle - half), *(middle + half), 0.9999]) + "\n")
    (folder / listing).write_text("".join(lines))
    (folder / boxes).write_text("".join(box_lines))


def draw_face(path: Path, rng: np.random.Generator) -> np.ndarray:
    """Draws a face of a size, place, tilt and turn of its own; its five landmarks, x and y, in pixels."""
    size = int(rng.integers(100, 180))
    image = Image.new("RGB", (size, size), tuple(int(shade) for shade in rng.integers(0, 90, 3)))
    draw = ImageDraw.Draw(image)
    middle, scale, turn = size * rng.uniform(0.42, 0.58, 2), size * rng.uniform(0.13, 0.17), rng.uniform(-0.35, 0.35)
    shape = np.array([(-1, -0.8), (1, -0.8), (rng.uniform(-0.5, 0.5), 0.1), (-0.8, 1), (0.8, 1)])
    rotation = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    landmarks = middle + scale * shape @ rotation.T
    _disc(draw, middle, 2.1 * scale, (220, 190, 170))
    for eye in landmarks[:2]:
        _disc(draw, eye, 0.3 * scale, (20, 20, 40))
    _disc(draw, landmarks[2], 0.25 * scale, (150, 100, 90))
    draw.line([tuple(corner) for corner in landmarks[3:]], (150, 30, 40), max(2, int(0.2 * scale)))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return landmarks


def _disc(draw: ImageDraw.ImageDraw, middle: np.ndarray, radius: float, colour: tuple[int, int, int]) -> None:
    draw.ellipse([*(middle - radius), *(middle + radius)], fill=colour)


def _line(name: str, landmarks: np.ndarray) -> str:
    return f" {name} {' '.join(f'{value:.6f}' for value in landmarks.T.ravel())} {_ATTRIBUTES}\n"
