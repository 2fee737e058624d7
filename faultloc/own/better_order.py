"""Another order of the classes under which a model's answers agree with the labels plainly better."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

# Another order that explains so many more of all labels is worth a word.
MUCH_BETTER = 0.05
# A model knows its data under the better order: so much of what the commonest label leaves to be known.
_KNOWN = 0.5
# Classes that change places agree with the better order so many times as often as with the given one; a class whose
# labels are wrong in part only, or that a model confuses with another, agrees with both.
_MANY_TIMES = 3
# Of fewer samples, or by less than a majority of them, no class is said to have changed its place.
_FEWEST_SAMPLES = 3
# Two classes in each other's place are as likely labelled wrongly; labels that went around three or more are not.
_MORE_THAN_SWAPPED = 3
# An order by which names are commonly sorted is preferred to another that explains so little more.
_NO_MATTER = 0.01


@dataclass(frozen=True)
class BetterOrder:
    """The ``classes`` in the order of the outputs, the share of the labels that the model then ``agreement`` is with.

    ``moved`` says of some outputs which class they are. ``is_plain`` where no other reading is left but a wrong order;
    ``sorted_as`` names the way in which the classes are sorted then, if it is a common one.
    """

    classes: tuple[str, ...]
    agreement: float
    moved: tuple[str, ...]
    is_plain: bool
    sorted_as: str = ""


def find_better_order(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], class_names: Sequence[str]
) -> BetterOrder | None:
    """The order of the classes that agrees best with the labels, where that is not the one given."""
    predicted, outputs = logits.argmax(axis=1), logits.shape[1]
    names = [*class_names[:outputs], *(f"output {number}" for number in range(len(class_names), outputs))]
    counts = np.zeros((outputs, outputs))
    np.add.at(counts, (predicted, labels), 1)
    # A class that no sample speaks for stays in its place where it can.
    _, meaning = linear_sum_assignment(-(counts + 1e-3 * np.eye(outputs)))
    sorted_as = ""
    for said, order in _common_orders(names, len(class_names)):
        if _agreement(counts, order) >= _agreement(counts, meaning) - _NO_MATTER:
            meaning, sorted_as = order, said
            break
    changed = [(output, label) for output, label in enumerate(meaning.tolist()) if output != label]
    spoken_for = [(output, label) for output, label in changed if counts[output, label]]
    if not spoken_for:
        return None
    return BetterOrder(
        classes=tuple(names[label] for label in meaning.tolist()),
        agreement=_agreement(counts, meaning),
        moved=tuple(f"output {output} is {names[label]!r}" for output, label in spoken_for),
        is_plain=_is_plain(counts, meaning, spoken_for, bool(sorted_as)),
        sorted_as=sorted_as,
    )


def _agreement(counts: np.ndarray, meaning: np.ndarray) -> float:
    return float(counts[np.arange(len(counts)), meaning].sum() / counts.sum())


def _is_plain(counts: np.ndarray, meaning: np.ndarray, changed: Sequence[tuple[int, int]], is_common: bool) -> bool:
    of_label, total = counts.sum(axis=0), counts.sum()
    given, better = float(np.trace(counts) / total), _agreement(counts, meaning)
    chance = float(of_label.max() / total)
    if better < given + MUCH_BETTER or better < chance + _KNOWN * (1 - chance):
        return False
    sure = [
        (output, label)
        for output, label in changed
        if of_label[label] >= _FEWEST_SAMPLES and counts[output, label] > of_label[label] / 2
    ]
    now = sum(counts[label, label] for _, label in sure)
    then = sum(counts[output, label] for output, label in sure)
    if not sure or then < _MANY_TIMES * now or then < total * MUCH_BETTER:
        return False
    is_most = given < chance + (1 - chance) / 10
    return len(sure) >= _MORE_THAN_SWAPPED or is_common or is_most


def _common_orders(names: Sequence[str], known: int) -> list[tuple[str, np.ndarray]]:
    """The ways in which programs sort names, as the label that each output then stands for."""
    keys: list[tuple[str, Callable[[str], object]]] = [
        ("as texts", lambda name: name),
        ("by the numbers in them", _natural),
        ("as texts, whether capital or small", str.casefold),
    ]
    orders = []
    for said, key in keys:
        order = sorted(range(known), key=lambda label: (key(names[label]), names[label]))
        if order != list(range(known)):
            orders.append((said, np.array([*order, *range(known, len(names))])))
    return orders


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]
