"""What a run of the graph has left, and where this build's outputs differ from an older one's."""

import hashlib
from pathlib import Path

_FOLDERS = ("data", "models", "results")

# Where a file of an older build lies in this one. A file that moved has to have the same bytes as one that stayed.
MOVED: dict[str, str] = {
    "data/activation/cluster.npy": "data/activation/train/cluster.npy",
    **{f"data/dataset/{name}.npy": f"data/dataset/train/{name}.npy" for name in ("inputs", "labels", "sample_ids")},
    **{f"data/dataset/test_{name}.npy": f"data/dataset/test/{name}.npy" for name in ("inputs", "labels", "sample_ids")},
    **{f"data/preloss/{name}.npy": f"data/preloss/train/{name}.npy" for name in ("logits", "loss", "probabilities")},
}


def outputs(folder: Path) -> dict[str, str]:
    """The hash of every file that the stages write below ``folder``, by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in _FOLDERS
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and path.name not in (".gitkeep", ".gitignore")
    }


def differences(older: dict[str, str], newer: dict[str, str]) -> list[str]:
    """One line for each output of the older build that this one has not, or with other bytes; empty where all agree."""
    places = {name: MOVED.get(name, name) for name in older}
    lost = [f"{name} is not there any more" for name, place in places.items() if place not in newer]
    changed = [
        f"{place} has other bytes" for name, place in places.items() if place in newer and older[name] != newer[place]
    ]
    return lost + changed


def added(older: dict[str, str], newer: dict[str, str]) -> list[str]:
    """The outputs that this build writes beside those of the older one."""
    return sorted(set(newer) - {MOVED.get(name, name) for name in older})
