"""Whether a model's outputs mean the classes that they are taken for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ClassOrderError, DataError
from faultloc.io.stores.artifacts import save_json
from faultloc.own.better_order import MUCH_BETTER, BetterOrder, find_better_order
from faultloc.own.stored_samples import Say

# A model that knows so little more than the commonest label, of all that there is to know, was not trained on these
# labels in this order: a network of any use is far above, also where half of the labels are wrong.
_LITTLE = 0.1
# A model that knows less than half of what there is to know cannot tell a wrong label from a hard sample.
_WEAK = 0.5
_NAMES_SHOWN = 30


def check_class_order(
    logits: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    class_names: Sequence[str],
    *,
    trusted: bool = False,
) -> str:
    """A warning where another order of the classes would explain the labels better, or the model knows little; or
    nothing. Whoever calls the order right (``trusted``) is warned only.

    Raises:
        ClassOrderError: another order is plainly right.
        DataError: the model does little better than naming the commonest label.
    """
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    chance = float(np.bincount(labels).max() / len(labels))
    better = find_better_order(logits, labels, class_names)
    if better is not None and better.is_plain and not trusted:
        raise plain_order_error(logits, labels, better)
    if accuracy < chance + _LITTLE * (1 - chance) and not trusted:
        raise DataError(_said_of_little(accuracy, chance, better))
    knows_much = chance + _WEAK * (1 - chance)
    if better is not None and better.agreement >= max(accuracy + MUCH_BETTER, knows_much):
        way_on = (
            "it was said to be right"
            if trusted
            else "check the order, or that the labels of these classes are not in each other's place"
        )
        return (
            f"the model agrees with {accuracy:.1%} of the labels; in another order of the classes it would with "
            f"{better.agreement:.1%}{_guess(better)}: {way_on}"
        )
    if accuracy < knows_much:
        return (
            f"the model agrees with {accuracy:.1%} of the labels: one that knows so little can hardly tell a wrong "
            "label from a hard sample, so take the list and its counts with care, or train the model longer"
        )
    return ""


def settle_class_order(
    logits: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    class_names: Sequence[str],
    output: Path,
    say: Say,
    *,
    trusted: bool,
) -> None:
    """The same for a command: says the warning, and writes a better order to `classes.json` in ``output``, to be given
    with --classes.

    Raises:
        ClassOrderError, DataError: as ``check_class_order``.
    """
    file = output / "classes.json"
    try:
        warning = check_class_order(logits, labels, class_names, trusted=trusted)
    except ClassOrderError as error:
        save_json(file, list(error.classes))
        raise ClassOrderError(
            f"{error}: it is written to {file}: give --classes {file}, or --trust-classes if the order as it "
            "is is right and the labels are wrong",
            error.classes,
        ) from error
    if warning:
        say(f"Warning: {warning}")


def plain_order_error(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], better: BetterOrder
) -> ClassOrderError:
    """The error that says how much ``better`` the other order is."""
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    sorted_as = f", that of their names sorted {better.sorted_as}" if better.sorted_as else ""
    return ClassOrderError(
        f"the order of the classes is probably wrong: the model agrees with {accuracy:.1%} of the labels, and with "
        f"{better.agreement:.1%} in another order{sorted_as}{_guess(better)}; expected that order in classes.json",
        better.classes,
    )


def python_advice(error: ClassOrderError) -> ClassOrderError:
    """The same error with what a caller in Python can do."""
    shown = f" ({list(error.classes)})" if len(error.classes) <= _NAMES_SHOWN else ""
    return ClassOrderError(
        f"{error} or as classes=error.classes{shown}, or trust_classes=True if the order as "
        "it is is right and the labels are wrong",
        error.classes,
    )


def _said_of_little(accuracy: float, chance: float, better: BetterOrder | None) -> str:
    likelier = (
        f"in another order of the classes it would agree with {better.agreement:.0%}{_guess(better)}: put the right "
        "order into classes.json (a list of the names, as the model's outputs have them) or give it with --classes"
        if better is not None and better.agreement >= chance + _LITTLE * (1 - chance) + MUCH_BETTER
        else "check that it is the model of these data, that --img_size, --mean and --std are those of its "
        "training, and that classes.json has the classes in the order of its outputs"
    )
    return (
        f"the model agrees with {accuracy:.1%} of the labels, where naming the commonest one is right for "
        f"{chance:.1%}: the order of the classes is probably wrong, or the inputs are not as it knows them; {likelier}"
    )


def _guess(better: BetterOrder) -> str:
    return f": {', '.join(better.moved[:5])}{', ...' if len(better.moved) > 5 else ''}" if better.moved else ""
