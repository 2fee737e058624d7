"""Whether a model's outputs mean the classes that they are taken for."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from faultloc.errors import DataError

# A model that knows so little more than the commonest label, of all that there is to know, was not trained on these
# labels in this order: a network of any use is far above, also where half of the labels are wrong.
_LITTLE = 0.1
# A model that knows less than half of what there is to know cannot tell a wrong label from a hard sample.
_WEAK = 0.5
# Another order that explains so many more labels is worth a word.
_MUCH_BETTER = 0.05


def check_class_order(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], class_names: Sequence[str]
) -> str:
    """A warning where another order of the classes would explain the labels better, or the model knows little; or
    nothing.

    Raises:
        DataError: the model does little better than naming the commonest label.
    """
    predicted = logits.argmax(axis=1)
    outputs = logits.shape[1]
    accuracy = float((predicted == labels).mean())
    chance = float(np.bincount(labels).max() / len(labels))
    counts = np.zeros((outputs, outputs))
    np.add.at(counts, (predicted, labels), 1)
    order, meaning = linear_sum_assignment(-counts)
    best = float(counts[order, meaning].sum() / len(labels))
    moved = [
        f"output {number} is {_name(class_names, label)!r}"
        for number, label in zip(order.tolist(), meaning.tolist(), strict=True)
        if number != label and counts[number, label]
    ]
    guess = f": {', '.join(moved[:5])}{', ...' if len(moved) > 5 else ''}" if moved else ""
    if accuracy < chance + _LITTLE * (1 - chance):
        likelier = (
            f"in another order of the classes it would agree with {best:.0%}{guess}: put the right order into "
            "classes.json (a list of the names, as the model's outputs have them) or give it with --classes"
            if best >= chance + _LITTLE * (1 - chance) + _MUCH_BETTER
            else "check that it is the model of these data, that --img_size, --mean and --std are those of its "
            "training, and that classes.json has the classes in the order of its outputs"
        )
        raise DataError(
            f"the model agrees with {accuracy:.1%} of the labels, where naming the commonest one is right for "
            f"{chance:.1%}: the order of the classes is probably wrong, or the inputs are not as it knows them; "
            f"{likelier}"
        )
    if best >= accuracy + _MUCH_BETTER:
        return (
            f"the model agrees with {accuracy:.1%} of the labels; in another order of the classes it would with "
            f"{best:.1%}{guess}: check the order"
        )
    if accuracy < chance + _WEAK * (1 - chance):
        return (
            f"the model agrees with {accuracy:.1%} of the labels: one that knows so little can hardly tell a wrong "
            "label from a hard sample, so take the list and its counts with care, or train the model longer"
        )
    return ""


def _name(class_names: Sequence[str], label: int) -> str:
    return class_names[label] if label < len(class_names) else f"output {label}"
