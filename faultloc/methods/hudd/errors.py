"""Which samples of a split the model gets wrong."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import DataError


@dataclass(frozen=True)
class Errors:
    """The errors of one split: ``places`` in the split, ascending, their ``labels`` and what was ``predicted``.

    ``correct`` are the places of the other samples, ``taken_for`` their labels, which were predicted for them.
    """

    places: Int[np.ndarray, "error"]
    labels: Int[np.ndarray, "error"]
    predicted: Int[np.ndarray, "error"]
    correct: Int[np.ndarray, "sound"]
    taken_for: Int[np.ndarray, "sound"]

    def __len__(self) -> int:
        return len(self.places)


def find_errors(logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]) -> Errors:
    """The samples whose largest logit is not that of their label.

    Example:
        >>> find_errors(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])).places.tolist()
        [1]
    """
    predicted = logits.argmax(1)
    wrong = predicted != labels
    places, correct = np.flatnonzero(wrong), np.flatnonzero(~wrong)
    return Errors(places, labels[places], predicted[places], correct, predicted[correct])


def no_samples() -> Errors:
    """No errors among no samples."""
    nothing = np.zeros(0, dtype=np.int64)
    return Errors(nothing, nothing, nothing, nothing, nothing)


def require_errors(errors: Errors, samples: int) -> None:
    """Says so where there are too few errors to have causes in common.

    Raises:
        DataError: there are fewer than two.
    """
    if len(errors) < 2:
        found = "no errors" if len(errors) == 0 else "one error"
        raise DataError(
            f"the model makes {found} on the {samples:,} test samples; expected at least two to find causes that they "
            "have in common: name a test set on which it errs more"
        )
