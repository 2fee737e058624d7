"""What the classes of a data set are called, and whether its labels are among them and among the model's outputs."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Shaped
from torch.utils.data import ConcatDataset, Subset

from faultloc.errors import DataError, ModelError
from faultloc.own.dataset.item_parts import LABEL_KEYS, found_key
from faultloc.own.dataset.labels import ClassIndices, check_below, name_samples
from faultloc.subject.dataset import LabeledDataset

# How many outputs the model has for such inputs, sample first; it raises ModelError where it does not take them.
OutputsOf = Callable[[Shaped[np.ndarray, "sample ..."]], int]
# Without a model, and without names, so many classes are believed of however few samples.
_BELIEVED = 1000


def named_samples_of(
    inputs: Shaped[np.ndarray, "sample ..."],
    indices: ClassIndices,
    sample_ids: Shaped[np.ndarray, "sample"],
    class_names: Sequence[str] | None,
    outputs: int | None,
) -> LabeledDataset:
    """The data set of these samples; without ``class_names`` classes are called by their numbers.

    Labels are looked at before anything as large as the largest of them is made. ``outputs`` is how many the model has,
    None where there is no model.

    Raises:
        ModelError: a label is none of the ``outputs``, or there are more names than those.
        DataError: a label has no name, or would make more classes than there are samples.
    """
    if outputs is not None:
        check_below(indices, outputs)
    largest = int(indices.max(initial=-1))
    if class_names is None:
        if outputs is None and largest >= max(len(indices), _BELIEVED):
            raise DataError(
                f"the {name_samples([int(indices.argmax())], len(indices))} {largest}, where there are {len(indices)} "
                "samples; expected class indices from 0: is it an id or a date? Number the classes without gaps"
            )
        return LabeledDataset(inputs, indices, sample_ids, tuple(str(number) for number in range(largest + 1)))
    names = tuple(str(name) for name in class_names)
    nameless = np.flatnonzero(indices >= len(names))
    if len(nameless):
        raise DataError(
            f"the {name_samples(nameless.tolist(), len(indices))} {indices[nameless[0]]}, and there are {len(names)} "
            f"names of classes ({', '.join(names[:5])}{', ...' if len(names) > 5 else ''}); expected labels from 0 to "
            f"{len(names) - 1}: give class_names=[...] for every output of the model, or mend the labels"
        )
    if outputs is not None and len(names) > outputs:
        raise ModelError(
            f"the data set names {len(names)} classes, but the model has {outputs} outputs, and the labels run to "
            f"{largest}; expected at least one output per class: give class_names=[...] of the {outputs} outputs, or "
            "check the model"
        )
    return LabeledDataset(inputs, indices, sample_ids, names)


def known_classes(dataset: object) -> Sequence[str] | None:
    """The names of the classes, in the order of the labels, where ``dataset`` or what it is a part of knows them.

    Parts put together know them where all parts have the same; else there is a warning, since one label may then mean
    different classes.
    """
    if isinstance(dataset, Subset):
        return known_classes(dataset.dataset)
    if isinstance(dataset, ConcatDataset):
        return _common([known_classes(part) for part in dataset.datasets])
    features = getattr(dataset, "features", None)  # of a Hugging Face data set in a Subset
    if isinstance(features, Mapping):
        label = found_key(features, LABEL_KEYS)
        return None if label is None else getattr(features[label], "names", None)
    try:
        return _as_names(getattr(dataset, "classes", None))
    except Exception:  # a property of a person's own class; classes are then called by their numbers
        return None


def fitting_names(known: Sequence[str] | None, outputs: int) -> Sequence[str] | None:
    """The names that a data set knows, or None with a warning where they are more than the model's ``outputs``: the
    labels are then not those that the data set came with, as by a `target_transform`."""
    if known is None or len(known) <= outputs:
        return known
    warnings.warn(
        f"the data set names {len(known)} classes, and the model has {outputs} outputs: classes are called by their "
        "numbers; give class_names=[...], in the order of the outputs",
        stacklevel=2,
    )
    return None


def given_names(class_names: object) -> tuple[str, ...] | None:
    """``class_names`` as a caller gives them: a list, an array, a mapping of names to labels; None for none.

    Raises:
        DataError: they are something else.
    """
    if class_names is None:
        return None
    if isinstance(class_names, str) or not isinstance(class_names, Iterable):
        raise DataError(
            f"class_names is {class_names!r}; expected a list of names, in the order of the model's outputs"
        )
    names = _as_names(class_names) if isinstance(class_names, Mapping) else [str(name) for name in class_names]
    if names is None:
        raise DataError(
            f"class_names maps {len(class_names)} names to no labels from 0 to {len(class_names) - 1}, each once; "  # type: ignore[arg-type]
            "expected a list of names, in the order of the model's outputs"
        )
    return tuple(names) or None


def _common(of_parts: Sequence[Sequence[str] | None]) -> Sequence[str] | None:
    different = {None if names is None else tuple(names) for names in of_parts}
    if len(different) == 1:
        return different.pop()
    warnings.warn(
        "the parts of the data set name their classes differently, so that one label may stand for different classes: "
        "classes are called by their numbers; give class_names=[...] once that is right",
        stacklevel=2,
    )
    return None


def _as_names(classes: object) -> Sequence[str] | None:
    """Names in a list or an array, or in a mapping of names to labels or of labels to names; else None."""
    if isinstance(classes, Mapping):
        if all(isinstance(label, int) for label in classes.values()):
            by_label = {label: str(name) for name, label in classes.items()}
        elif all(isinstance(label, int) for label in classes):
            by_label = {label: str(name) for label, name in classes.items()}
        else:
            return None
        whole = sorted(by_label) == list(range(len(classes)))
        return [by_label[label] for label in range(len(classes))] if whole else None
    if isinstance(classes, np.ndarray) and classes.ndim == 1:
        classes = classes.tolist()
    if isinstance(classes, list | tuple) and len(classes):
        return [", ".join(map(str, name)) if isinstance(name, list | tuple) else str(name) for name in classes]
    return None
