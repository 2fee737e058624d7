"""Whether classes that are called by numbers have been numbered anew, in the order of these numbers as texts."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import DataError

# How many standard deviations of a fair coin the answers of the model are from being even.
_SURE = 3


def check_renumbered(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], class_names: Sequence[str]
) -> None:
    """Nothing, unless the classes are called by numbers, and the model's outputs are these numbers rather than the
    labels: `class_encode_column` of Hugging Face's datasets numbers classes by their names as text, `10` before `2`.

    Only samples whose number is not their label are looked at, so that a few classes of few samples are found too. A
    model that was trained on the labels as they are agrees with those.

    Raises:
        DataError: the model agrees with the numbers, and not with the labels.
    """
    names = [name.strip() for name in class_names]
    if not all(name.isascii() and name.isdecimal() and len(name) < 10 for name in names):
        return
    numbers = np.array([int(name) for name in names], dtype=np.int64)
    if len(set(names)) < len(names) or (np.diff(numbers) > 0).all():
        return
    predicted, meant = logits.argmax(axis=1), numbers[labels]
    moved = meant != labels
    as_numbered, as_named = int((predicted == labels)[moved].sum()), int((predicted == meant)[moved].sum())
    if as_named <= as_numbered + _SURE * np.sqrt(as_named + as_numbered):
        return
    first = int(np.flatnonzero(numbers != np.arange(len(numbers)))[0])
    raise DataError(
        f"the labels are numbered by the names of their classes as text ({', '.join(names[:4])}, ...), as by "
        f"class_encode_column: of the {int(moved.sum())} samples whose class has another number the model agrees with "
        f"{as_named} by the number in the name and with {as_numbered} by the label; expected labels that are the "
        f"model's outputs, and the class {names[first]} has the label {first}: give the integers as they were, which "
        "are [int(dataset.features['label'].names[label]) for label in dataset['label']]"
    )
