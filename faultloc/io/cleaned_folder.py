"""A cleaned copy of a data set that lies in class folders."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from faultloc.errors import DataError
from faultloc.io.dataset_files import list_dataset_files
from faultloc.io.datasets.folder_walk import why_no_folder_of_samples
from faultloc.io.examined import ExaminedData
from faultloc.io.file_copy import OnFiles, copy_files
from faultloc.io.stores.contents_store import Contents
from faultloc.io.unchanged import gone_file, require_unchanged
from faultloc.purify.changes import Change
from faultloc.subject.dataset import LabeledDataset

# What a cleaned copy has beside the data: of a set that is such a copy itself they are not taken over.
_RECORDS = ("changes.csv", "undecided.csv", "retraining.json", "model.safetensors")
# Bytes that the common file systems take for a name.
_LONGEST_NAME = 255


@dataclass(frozen=True)
class FolderCopy:
    """What was written: the number of files, the new path of each relabelled sample, the links that were left out, and
    the files in class folders that were left out since they were not examined."""

    files: int
    moved: Mapping[str, str]
    left_out: Sequence[Path]
    unexamined: Sequence[str]


def write_cleaned_folder(
    data: ExaminedData,
    target: Path,
    dataset: LabeledDataset,
    test: LabeledDataset | None,
    changes: Sequence[Change],
    contents: Contents | None,
    *,
    link: bool,
    on_files: OnFiles,
) -> FolderCopy:
    """Writes the data set at ``data`` with its ``changes`` into the empty folder ``target``.

    Removed files are left out, relabelled ones lie in the folder of their new class. What lies in a class folder and is
    no sample of ``dataset`` or of ``test`` is left out: nobody knows whether it belongs there. Everything else is taken
    over as it is, but for the records of an earlier cleaning. A sample keeps its file name; where the new
    class has that name already, ``-from-<class>`` is added to it. ``contents`` is what the samples were, where that is
    known. ``link``, ``on_files``: see ``copy_files``.

    Raises:
        DataError: the data set is not there or no longer the one that was examined, or what is to be removed or
            relabelled is not; its files cannot be copied.
    """
    files, depth = list_dataset_files(data), len(PurePosixPath(data.image_set).parts)
    folders = _class_folders(depth, dataset)
    for change in changes:
        in_class_folder = PurePosixPath(change.sample_id).parts[depth + 1 :]
        if change.sample_id not in files.by_path or not in_class_folder:
            raise gone_file(data.root, change.sample_id)
    if contents is not None:
        require_unchanged(data.root, changes, lambda name: contents.is_file(name, files.by_path[name]))
    moved = dict(new_paths(depth, changes, folders, taken=set(files.by_path)))
    unexamined = _unexamined(files.by_path, data.image_set, dataset)
    if test is not None:
        unexamined += _unexamined(files.by_path, data.test_set, test)
    left_out = {change.sample_id for change in changes if change.action == "remove"}.union(_RECORDS, unexamined)
    kept = {moved.get(path, path): source for path, source in files.by_path.items() if path not in left_out}
    copy_files(kept, target, link=link, on_files=on_files)
    return FolderCopy(len(kept), moved, files.leaving, unexamined)


def _unexamined(paths: Collection[str], image_set: str, part: LabeledDataset) -> list[str]:
    """What of ``paths`` lies in a folder of the set and is no sample of ``part``, which was read from there."""
    above, samples = PurePosixPath(image_set).parts, set(part.sample_ids.tolist())
    folders = {PurePosixPath(sample_id).parts[len(above)] for sample_id in samples}
    found = []
    for path in paths:
        parts = PurePosixPath(path).parts
        if path in samples or parts[: len(above)] != above or len(parts) < len(above) + 2:
            continue
        # Beside class folders in the data set's own folder other sets may lie.
        if above or parts[0] in folders or why_no_folder_of_samples(parts[0]):
            found.append(path)
    return found


def _class_folders(depth: int, dataset: LabeledDataset) -> dict[str, str]:
    """The folder of each class, by its name: that of its samples, since a class list may call it otherwise.

    ``depth`` is the number of folders above those of the classes.
    """
    seen: dict[int, Counter[str]] = {}
    for sample_id, label in zip(dataset.sample_ids.tolist(), dataset.labels.tolist(), strict=True):
        parts = PurePosixPath(sample_id).parts
        if len(parts) > depth + 1:
            seen.setdefault(label, Counter())[parts[depth]] += 1
    return {
        name: seen[index].most_common(1)[0][0] if index in seen else name
        for index, name in enumerate(dataset.class_names)
    }


def new_paths(
    depth: int, changes: Sequence[Change], folders: Mapping[str, str], *, taken: set[str]
) -> Iterator[tuple[str, str]]:
    """The path of each relabelled sample in its new class; ``taken`` are all names of the original, also removed ones.

    A name then never stands for another picture than it did.
    """
    for change in changes:
        if change.action == "relabel":
            parts = PurePosixPath(change.sample_id).parts
            new_class = _one_folder(folders[change.new_label])
            wanted, ending = PurePosixPath(*parts[:depth], new_class, *parts[depth + 1 :]), f"-from-{parts[depth]}"
            path, number = wanted, 1
            while path.as_posix() in taken:
                again = "" if number == 1 else f"-{number}"
                path, number = wanted.with_name(_within_limit(wanted, f"{ending}{again}")), number + 1
            taken.add(path.as_posix())
            yield change.sample_id, path.as_posix()


def _within_limit(path: PurePosixPath, ending: str) -> str:
    """The name of ``path`` with ``ending`` before its suffix, its stem shortened to what file systems take."""
    stem, room = path.stem, _LONGEST_NAME - len(os.fsencode(ending + path.suffix))
    while len(os.fsencode(stem)) > max(room, 1):
        stem = stem[:-1]
    return f"{stem}{ending}{path.suffix}"


def _one_folder(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise DataError(f"the class {name!r} cannot be a folder of its own; expected a name without path separators")
    return name
