"""Checks at the door: a setting that is no number, or lies out of its range, is named before any work is done."""

import math
from dataclasses import dataclass

from faultloc.errors import ConfigError


@dataclass(frozen=True)
class Bounds:
    """The range of a number; infinities and NaN lie in none."""

    at_least: float | int | None = None
    above: float | int | None = None
    below: float | int | None = None
    at_most: float | int | None = None

    def holds(self, value: float | int) -> bool:
        """Whether ``value`` lies within."""
        return (
            (isinstance(value, int) or math.isfinite(value))
            and (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )

    def expected(self, *, whole: bool) -> str:
        """What a number within is, in words: "a whole number at least 1"."""
        said = (
            (self.at_least, f"at least {self.at_least}"),
            (self.above, f"above {self.above}"),
            (self.below, f"below {self.below}"),
            (self.at_most, f"at most {self.at_most}"),
        )
        bounds = " and ".join(words for bound, words in said if bound is not None)
        return f"a {'whole ' if whole else ''}number{' ' if bounds else ''}{bounds}"


def is_number(value: object, *, whole: bool) -> bool:
    """Whether ``value`` is a number (a ``whole`` one); true and false are none."""
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)


def check_number(
    name: str,
    value: object,
    *,
    at_least: float | int | None = None,
    above: float | int | None = None,
    below: float | int | None = None,
    at_most: float | int | None = None,
    whole: bool = False,
) -> None:
    """Raises ConfigError unless ``value`` is a finite number (or ``whole``) within its bounds; ``name`` is its key."""
    bounds = Bounds(at_least, above, below, at_most)
    if not is_number(value, whole=whole) or not bounds.holds(value):  # type: ignore[arg-type]
        raise ConfigError(f"{name} is {value!r}; expected {bounds.expected(whole=whole)}")


def check_switch(name: str, value: object) -> None:
    """Raises ConfigError unless ``value`` is true or false; ``name`` is its key."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name} is {value!r}; expected true or false")
