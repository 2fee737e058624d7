"""The layers whose units were read, and how many units each has: `layers.json`."""

from collections.abc import Mapping
from pathlib import Path

from faultloc.io.stores.artifacts import load_json, save_json


def save_widths(path: Path, widths: Mapping[str, int]) -> None:
    """Writes the layers in order."""
    save_json(path, {"layers": list(widths), "widths": list(widths.values())})


def load_widths(path: Path) -> dict[str, int]:
    """The number of units of each layer, in order.

    Raises:
        DataError: there is no such file.
    """
    described = load_json(path)
    return dict(zip(described["layers"], described["widths"], strict=True))
