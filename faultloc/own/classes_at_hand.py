"""The classes of a data set at hand in the order of the model's outputs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import nn

from faultloc.errors import DataError
from faultloc.io.datasets.class_list import read_class_list
from faultloc.io.models.stored_classes import names_by_output
from faultloc.own.dataset.distinct_names import distinct_names
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class OrderedClasses:
    """A ``dataset`` with labels in the order of the model's outputs; ``given_classes`` are its classes' names by the
    labels as they were given."""

    dataset: LabeledDataset
    given_classes: Sequence[str]


def in_order_of_outputs(
    dataset: LabeledDataset, classes: Sequence[str] | Path | str | None, model: nn.Module
) -> OrderedClasses:
    """``dataset`` with labels in the order of the outputs, which ``classes`` names (or a file does), by the names that
    the data set has for them; as it is for None, but that classes without a name get those of a Hugging Face ``model``.

    Raises:
        DataError: a class of the data set is not among them.
    """
    names = tuple(dataset.class_names)
    are_numbers = names == tuple(map(str, range(len(names))))
    if classes is None:
        known = names_by_output(getattr(getattr(model, "config", None), "id2label", None))
        if known is None or not are_numbers or len(known) < len(names):
            return OrderedClasses(dataset, names)
        return OrderedClasses(replace(dataset, class_names=known), known)
    order = read_class_list(Path(classes)) if isinstance(classes, str | Path) else tuple(map(str, classes))
    used = [names[label] for label in np.unique(dataset.labels)]
    unknown = [name for name in used if name not in order]
    if unknown and are_numbers:
        # Nobody has named the labels: they are the places in this list.
        order = distinct_names(order)
        return OrderedClasses(replace(dataset, class_names=order), order)
    twice = next((name for number, name in enumerate(order) if name in order[:number]), None)
    if twice is not None:
        raise DataError(
            f"the classes name {twice!r} twice; expected each name of the data set once, in the order of the model's "
            "outputs"
        )
    if unknown:
        raise DataError(
            f"the class {unknown[0]!r} of the data set is none of the classes {', '.join(order[:10])}; expected all "
            "names of the data set, in the order of the model's outputs"
        )
    place = {name: number for number, name in enumerate(order)}
    index = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    return OrderedClasses(replace(dataset, labels=index[dataset.labels], class_names=order), names)
