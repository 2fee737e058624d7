"""Which output of a model stands for which class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.io.samples.listing import SampleListing


@dataclass(frozen=True)
class ClassOrder:
    """``class_names`` in the order of the model's outputs, and where that order comes from, in words."""

    class_names: tuple[str, ...]
    origin: str

    def labels_of(self, given_names: Sequence[str]) -> Int[np.ndarray, "sample"]:
        """The index of each name."""
        index = {name: number for number, name in enumerate(self.class_names)}
        return np.array([index[name] for name in given_names], dtype=np.int64)


def order_classes(listing: SampleListing, outputs: int, names_of_model: Sequence[str] | None = None) -> ClassOrder:
    """The classes of ``listing`` in the order of the model's ``outputs``.

    By ``classes.json`` where there is one; else by name: where the model knows its classes' names and they are those of
    the data set, or where the names are numbers below ``outputs``; else in sorted order.

    Raises:
        DataError: there are more classes than outputs.
    """
    names = listing.class_names
    if len(names) > outputs:
        raise DataError(
            f"the data set has {len(names)} classes ({', '.join(names[:10])}), the model {outputs} outputs; expected "
            "at least one output a class: check the model, and that every folder or label is a class"
        )
    if listing.order_is_given:
        return ClassOrder(names, "classes.json")
    if names_of_model is not None and (spelled := _spelled_as(names, names_of_model[:outputs])) is not None:
        return ClassOrder(spelled, "the names that the model has for its outputs")
    if all(name.isascii() and name.isdecimal() and int(name) < outputs for name in names):
        by_number = {int(name): name for name in names}
        if len(by_number) == len(names):
            return ClassOrder(tuple(by_number.get(number, str(number)) for number in range(outputs)), "their numbers")
    return ClassOrder(names, "their sorted names")


def _spelled_as(names: Sequence[str], names_of_model: Sequence[str]) -> tuple[str, ...] | None:
    """The model's names as the data set spells them; None where one of the data set's is none of the model's."""
    for same in (lambda name: name, _plain):
        own = {same(name): name for name in names}
        theirs = [same(name) for name in names_of_model]
        if len(own) == len(names) and len(set(theirs)) == len(theirs) and own.keys() <= set(theirs):
            return tuple(own.get(key, name) for key, name in zip(theirs, names_of_model, strict=True))
    return None


def _plain(name: str) -> str:
    # A folder `golden_retriever` holds what a configuration calls "Golden Retriever".
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())
