"""Where in a folder the sets and the classes lie, as far as their names and places tell."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.folder_walk import is_named_as_image, why_no_folder_of_samples
from faultloc.io.datasets.reading_advice import ReadingAdvice

_TRAINING_SETS = ("train", "training", "train_set", "trainset", "training_set", "train_images", "trn")
_VALIDATION_SETS = ("val", "valid", "validation", "dev", "eval")
_TEST_SETS = ("test", "testing", "test_set", "testset", "tst")
_SETS = {*_TRAINING_SETS, *_VALIDATION_SETS, *_TEST_SETS}
_SHOWN = 5


def class_folders_in(folder: Path) -> list[Path]:
    """The folders in ``folder`` that may be classes: not those that are hidden or of the operating system."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not why_no_folder_of_samples(path.name))


def class_names_in(folder: Path) -> list[str]:
    """Their names; none where ``folder`` does not exist."""
    return [path.name for path in class_folders_in(folder)] if folder.is_dir() else []


def require_classes(root: Path, folder: Path, advice: ReadingAdvice) -> None:
    """Nothing, where the folders in ``folder``, the set to examine, may be classes, or it does not exist.

    Raises:
        DataError: they are called as sets are, or there is but one, with the classes in it.
    """
    class_folders = class_folders_in(folder) if folder.is_dir() else []
    if not class_folders:
        return
    names = [path.name for path in class_folders]
    below = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
    sets = [name for name in names if name.lower() in _SETS]
    training = next((name for name in sets if name.lower() in _TRAINING_SETS), None)
    if len(sets) == len(names) > 1 and training is not None:
        raise DataError(
            f"the folders in {folder} are called {_listed(names)}, as sets are and not classes: give "
            f"{advice.image_set}{below}{training}"
        )
    if len(names) > 1 or any(is_named_as_image(path.name) for path in class_folders[0].iterdir()):
        return
    deeper = [path.name for path in class_folders_in(class_folders[0])]
    if len(deeper) > 1:
        raise DataError(
            f"{folder} has a single folder, {names[0]}, and in it {_listed(deeper)}; expected one folder a class: if "
            f"these are the classes, give {advice.image_set}{below}{names[0]}"
        )


def where_the_set_may_be(root: Path, folder: Path, advice: ReadingAdvice) -> str:
    """What to try where ``folder``, a set of the data set at ``root``, does not exist, by what lies there instead."""
    lying = class_folders_in(root)
    for path in lying:
        if path.name.lower() in _TRAINING_SETS and folder.name.lower() in _TRAINING_SETS:
            return f"{root} has a folder {path.name}: give {advice.image_set}{path.name}"
    deeper = [path for path in lying if (path / folder.name).is_dir()]
    if len(deeper) == 1:
        inside = deeper[0].name
        return f"there is {deeper[0] / folder.name}: give {advice.image_set}{inside}/{folder.name}, or that folder"
    if len(lying) > 1:
        return (
            f"{root} has the folders {_listed([path.name for path in lying])}: if these are the classes, give "
            f"{advice.image_set}. (a dot)"
        )
    return advice.place


def sets_among_classes(root: Path, image_set: str, other_sets: Collection[str]) -> list[str]:
    """The sets that lie beside the class folders, where these lie in ``root`` itself: folders that are named in
    ``other_sets`` or called as sets are, and have the same classes in them."""
    if (root / image_set).resolve() != root.resolve() or not root.is_dir():
        return []
    names = set(class_names_in(root))
    return [
        name
        for name in sorted(names)
        if (name in other_sets or name.lower() in _SETS)
        and not set(class_names_in(root / name)).isdisjoint(names - {name})
    ]


def why_unlabelled(folder: Path, class_names: Collection[str]) -> str:
    """Why the set ``folder`` has no labels, in words, as Kaggle's test sets have none; empty where it may have some."""
    names = [path.name for path in class_folders_in(folder)]
    if not names:
        return "it has no class folders, so no labels"
    if set(names).isdisjoint(class_names):
        return f"its folders ({_listed(names)}) are none of the classes ({_listed(sorted(class_names))})"
    return ""


def unread_set(root: Path, image_set: str, class_names: Collection[str], advice: ReadingAdvice) -> str:
    """A sentence on a set of the same classes that lies beside ``image_set`` and might be the held-out one, where no
    other is; empty where there is none."""
    for path in class_folders_in(root):
        is_held_out = path.name.lower() in (*_VALIDATION_SETS, *_TEST_SETS) and path.name != image_set
        if is_held_out and not why_unlabelled(path, class_names):
            return f"{path} is not read; to take it as the held-out set, give {advice.test_set}{path.name}"
    return ""


def nested_classes(folder: Path, files: Mapping[str, Sequence[Path]]) -> str:
    """A sentence where the classes may lie a level deeper than they are taken to; empty where nothing says so."""
    depth = len(folder.parts) + 1
    deeper: dict[str, set[str]] = {}
    for name, paths in files.items():
        for path in paths:
            if len(path.parts) < depth + 2:  # an image in the class folder itself
                return ""
            deeper.setdefault(name, set()).add(path.parts[depth])
    if all(len(folders) < 2 for folders in deeper.values()):
        return ""
    shown = [f"{name}/{inner}" for name, folders in deeper.items() for inner in sorted(folders)]
    return (
        f"The images in {folder} lie in folders of the class folders ({_listed(shown)}): the outer ones "
        f"({_listed(list(files))}) are taken as the classes; if the inner ones are, move them up into {folder}"
    )


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}"
