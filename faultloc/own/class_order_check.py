"""Whether a model's outputs mean the classes that they are taken for."""

from collections.abc import Sequence
from dataclasses import dataclass
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
# A model that gives so small a share of its answers to all classes but one, of the share that they should have, has
# learnt no others, or is blind; one label that stands so many times as often as any other makes it learn no others.
_ONE_ANSWER = 0.5
_IMBALANCED = 4
_NAMES_SHOWN = 30


@dataclass(frozen=True)
class WaysOn:
    """What a person can do where the model and the labels do not fit, in the words of a command or of Python: what
    scales the ``inputs``, how to give the ``order`` of the classes, and how to go on as it is (``trust``)."""

    inputs: str
    order: str
    trust: str


COMMAND = WaysOn(
    "--img_size, --mean and --std",
    "put the right order into classes.json (a list of the names, as the model's outputs have them) or give it with "
    "--classes",
    "--trust-classes",
)
PYTHON = WaysOn(
    "the transform, mean and std",
    "give the right order as classes=[...] (the names, as the model's outputs have them)",
    "trust_classes=True",
)


def check_class_order(
    logits: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    class_names: Sequence[str],
    *,
    trusted: bool = False,
    ways_on: WaysOn = COMMAND,
) -> str:
    """A warning where another order of the classes would explain the labels better, or the model knows little; or
    nothing. Whoever calls the order right (``trusted``) is warned only. An error names ``ways_on``.

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
        raise DataError(_said_of_little(logits.argmax(axis=1), labels, class_names, better, ways_on))
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
            f"the model agrees with {accuracy:.1%} of the labels, where naming the commonest one is right for "
            f"{chance:.1%}: what one that knows so little tells of single samples is to be taken with care; "
            "train the model longer, if you can"
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


def _said_of_little(
    predicted: Int[np.ndarray, "sample"],
    labels: Int[np.ndarray, "sample"],
    class_names: Sequence[str],
    better: BetterOrder | None,
    ways_on: WaysOn,
) -> str:
    counts, answers = np.bincount(labels), np.bincount(predicted)
    chance, most = float(counts.max() / len(labels)), float(answers.max() / len(labels))
    found = (
        f"the model agrees with {float((predicted == labels).mean()):.1%} of the labels, where naming the commonest "
        f"one is right for {chance:.1%}"
    )
    if better is not None and better.agreement >= chance + _LITTLE * (1 - chance) + MUCH_BETTER:
        return (
            f"{found}: the order of the classes is probably wrong, or the inputs are not as it knows them; in another "
            f"order of the classes it would agree with {better.agreement:.0%}{_guess(better)}: {ways_on.order}"
        )
    answer = int(answers.argmax())
    if 1 - most <= _ONE_ANSWER * (1 - chance):
        name = class_names[answer] if answer < len(class_names) else f"output {answer}"
        found = f"{found}: it takes {most:.1%} of the samples for {name!r}"
        others = np.delete(counts, counts.argmax()).max(initial=0)
        if answer == counts.argmax() and counts.max() >= _IMBALANCED * others:
            return (
                f"{found}, as models do that learnt from imbalanced data the commonest class only, and then every "
                "sample of the others would look faulty; expected one that finds the others too: train it with "
                f"weights for the classes or with as many samples of each, and check that {ways_on.inputs} "
                f"are those of its training; if it does know them and the labels are wrong, {ways_on.trust} goes on"
            )
        return (
            f"{found}, so the inputs are probably not as it knows them; check that it is the model of these data, and "
            f"that {ways_on.inputs} are those of its training"
        )
    return (
        f"{found}: the order of the classes is probably wrong, or the inputs are not as it knows them; check that it "
        f"is the model of these data, and that {ways_on.inputs} are those of its training; else {ways_on.order}"
    )


def _guess(better: BetterOrder) -> str:
    return f": {', '.join(better.moved[:5])}{', ...' if len(better.moved) > 5 else ''}" if better.moved else ""
