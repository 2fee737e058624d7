"""Which output of a model stands for which class."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.io.datasets.shown_cell import shown_cells
from faultloc.io.samples.listing import SampleListing
from faultloc.io.samples.stray_labels import describe_stray_labels


@dataclass(frozen=True)
class ClassOrder:
    """``class_names`` in the order of the model's outputs, and where that order comes from, in words."""

    class_names: tuple[str, ...]
    origin: str

    def labels_of(self, given_names: Sequence[str]) -> Int[np.ndarray, "sample"]:
        """The index of each name."""
        index = {name: number for number, name in enumerate(self.class_names)}
        return np.array([index[name] for name in given_names], dtype=np.int64)


# 7, and 7.0, which a column of whole numbers becomes once a cell of it was empty.
_WHOLE_NUMBER = re.compile(r"(\d{1,9})(\.0+)?", re.ASCII)
_SHOWN = 5


def order_classes(listing: SampleListing, outputs: int, names_of_model: Sequence[str] | None = None) -> ClassOrder:
    """The classes of ``listing`` in the order of the model's ``outputs``.

    By ``classes.json`` where there is one; else by name: where the model knows its classes' names and they are those of
    the data set, or where the names are numbers below ``outputs``; else in sorted order.

    Raises:
        DataError: there are more classes than outputs; labels are lists, or ids among classes called by numbers.
    """
    names = listing.class_names
    if len(names) > outputs:
        raise DataError(
            f"the data set has {len(names)} classes ({shown_cells(names)}), the model {outputs} outputs; expected at "
            "least one output a class: "
            f"{describe_stray_labels(listing) or 'check the model, and that every folder or label is a class'}"
        )
    if listing.order_is_given:
        return ClassOrder(names, "classes.json")
    if names_of_model is not None and (spelled := _spelled_as(names, names_of_model[:outputs])) is not None:
        return ClassOrder(spelled, "the names that the model has for its outputs")
    numbers = [_number(name) for name in names]
    if all(number is not None and number < outputs for number in numbers):
        by_number = dict(zip(numbers, names, strict=True))
        if len(by_number) == len(names):
            return ClassOrder(tuple(by_number.get(number, str(number)) for number in range(outputs)), "their numbers")
    strays = describe_stray_labels(listing, surely=True)
    if strays:
        raise DataError(f"{strays}; expected names or numbers of classes")
    return ClassOrder(names, "their sorted names")


def describe_absent(order: ClassOrder, given_names: Sequence[str], outputs: int) -> str:
    """What is to be said where the model knows classes that no sample has; empty where it knows no other."""
    absent = sorted(set(order.class_names) - set(given_names), key=order.class_names.index)
    if absent:
        shown = f"{', '.join(map(repr, absent[:_SHOWN]))}{', ...' if len(absent) > _SHOWN else ''}"
        classes, them = ("classes", "them") if len(absent) > 1 else ("class", "it")
        return (
            f"The model knows {len(absent)} {classes} that the data have no sample of ({shown}), and may answer with "
            f"{them} all the same: if samples of {them} are missing, add those."
        )
    if outputs > len(order.class_names):
        return (
            f"The model has {outputs} outputs and the data {len(order.class_names)} classes, which are taken as the "
            "first of them in this order: if a class in between has no samples, name all that the model knows, in the "
            "order of its outputs, with --classes."
        )
    return ""


def _number(name: str) -> int | None:
    found = _WHOLE_NUMBER.fullmatch(name)
    return int(found[1]) if found else None


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
