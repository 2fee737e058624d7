"""Which samples say what matters, and which a coverage is about."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError, DataError


def samples_of_class(labels: Int[np.ndarray, "sample"], of_class: int | None) -> Int[np.ndarray, "chosen"]:
    """The places of the samples whose label is ``of_class``, of all for None, in order.

    Raises:
        DataError: the class has none.
    """
    if of_class is None:
        return np.arange(len(labels))
    found = np.flatnonzero(labels == of_class)
    if not len(found):
        raise DataError(
            f"the class {of_class} has none of the {len(labels)} samples; expected one of: "
            f"{', '.join(map(str, np.unique(labels)))}"
        )
    return found


def speaking_samples(
    outputs: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    *,
    correct_only: bool = True,
    of_class: int | None = None,
) -> Int[np.ndarray, "chosen"]:
    """The places of the training samples that say which units matter: those ``of_class`` that are answered rightly.

    Source: Gerasimou et al., ICSE 2020, section 3.1: right answers only; ``correct_only=False`` is WISDOM's.

    Raises:
        ConfigError: ``correct_only`` is neither true nor false.
        DataError: there is none.
    """
    if not isinstance(correct_only, bool):
        raise ConfigError(f"correct_only is {correct_only!r}; expected true or false")
    chosen = samples_of_class(labels, of_class)
    if correct_only:
        chosen = chosen[outputs[chosen].argmax(1) == labels[chosen]]
    if not len(chosen):
        of = "" if of_class is None else f" of class {of_class}"
        raise DataError(
            f"the model answers none of the training samples{of} rightly, so nothing says which units matter for right "
            "answers; expected some: check the order of the classes and the scaling of the inputs"
        )
    return chosen
