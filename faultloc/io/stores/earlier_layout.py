"""Data sets as earlier versions kept them: all files in one folder, those of the test set with a prefix.

Folders of results hold one, and people keep those.
"""

from pathlib import Path

from faultloc.subject.splits import Split

_PREFIXES: dict[Split, str] = {"train": "", "test": "test_"}
_FILES = ("inputs.npy", "labels.npy", "sample_ids.npy", "targets.npy")


def earlier_prefix(folder: Path, name: Split) -> str | None:
    """What the files of the split ``name`` begin with in such a ``folder``; None where it is no such or has no such."""
    prefix = _PREFIXES.get(name)
    return prefix if prefix is not None and (folder / f"{prefix}inputs.npy").exists() else None


def remove_earlier_layout(folder: Path) -> None:
    """Removes the files of such a data set from ``folder``: another one has taken their place."""
    for prefix in _PREFIXES.values():
        for name in _FILES:
            (folder / f"{prefix}{name}").unlink(missing_ok=True)
