"""The tests check types as they run: these would pass nothing on if they did not."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from beartype.roar import BeartypeCallHintParamViolation, BeartypeCallHintReturnViolation
from jaxtyping import Float, TypeCheckError

from faultloc.fault_estimate import FaultEstimate
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.temperature import label_likelihood
from tests.checked_types import checked

Rows = Float[np.ndarray, "row"]


@checked
def joined(first: Rows, second: Rows | None, *, times: int = 1) -> Rows:
    return np.concatenate([first, second])[: times * len(first)]


@checked
@dataclass(frozen=True)
class Pair:
    first: Rows
    second: Rows

    @property
    def total(self) -> float:
        return self.first.sum() if len(self.first) > 2 else "none"

    @cached_property
    def longest(self) -> int:
        return len(self.first) / 2

    @classmethod
    def twice(cls, rows: Rows) -> "Pair":
        return cls(rows, rows)

    @staticmethod
    def length(rows: Rows) -> int:
        return len(rows)


class Counter:
    def __init__(self, start: int) -> None:
        self.value = start

    def add(self, more: int) -> int:
        self.value += more
        return self.value


def test_the_package_is_checked():
    with pytest.raises(BeartypeCallHintParamViolation):
        FaultEstimate(1, 0, 2, 3).count_words("many")
    with pytest.raises(TypeCheckError):
        label_likelihood(np.ones((3, 2)), np.zeros(4, dtype=int), NoiseMatrix(np.eye(2)))


def test_axes_of_one_name_are_as_long_in_all_that_a_call_is_given_and_gives():
    assert len(joined(np.ones(2), np.ones(2))) == 2
    with pytest.raises(TypeCheckError):
        joined(np.ones(2), np.ones(3))
    with pytest.raises(TypeCheckError):
        joined(np.ones(2), np.ones(2), times=2)
    with pytest.raises(TypeCheckError):
        joined(np.ones(2), np.ones(2), times="one")


def test_fields_and_every_kind_of_method_are_checked():
    assert Pair.twice(np.ones(3)).total == 3
    for wrong in (
        lambda: Pair(np.ones(2), np.ones(3)),
        lambda: Pair.twice([1.0]),
        lambda: Pair.length(np.ones((2, 2))),
    ):
        with pytest.raises(TypeCheckError):
            wrong()


def test_without_shapes_beartype_checks_alone():
    counter = checked(Counter)(1)
    assert counter.add(2) == 3
    with pytest.raises(BeartypeCallHintParamViolation):
        counter.add(0.5)


@pytest.mark.parametrize("name", ["total", "longest"])
def test_properties_give_what_they_say(name):
    with pytest.raises(BeartypeCallHintReturnViolation):
        getattr(Pair.twice(np.ones(2)), name)
