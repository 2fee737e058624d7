"""The words that settings are declared with: `epochs: Count`, `action: Literal["remove", "relabel"]`.

A field's annotation says all: a type of Python, `Literal`, `list[...]`, `dict[str, ...]`, another group, `| None`,
and `Annotated` with `Bounds`, `Named` or `Words`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

from faultloc.settings_check import Bounds


class Group:
    """Settings by their names, which are the annotations of a subclass.

    A subclass may have ``takes(values)``, which says what else there may be, by name: what a class of the library or of
    the user takes as arguments. And ``build(values)``, which has the library look at the settings as a whole, where
    each of them is right: it raises a `FaultlocError`.
    """


@dataclass(frozen=True)
class Named:
    """The names in a table of the library, ``place`` (`package.module:TABLE`), and those of ``others``.

    The library is imported to see them, which takes seconds: at compose, and not when a stage starts.
    """

    place: str
    others: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """All names, in the order of the table."""
        module, _, table = self.place.partition(":")
        listed: Iterable[str] = getattr(import_module(module), table)
        return (*listed, *self.others)


@dataclass(frozen=True)
class Words:
    """What is expected, in words of its own; ``least`` is how many entries a list needs."""

    expected: str
    least: int = 0


Text = Annotated[str, Words("a text")]
Number = Annotated[float, Bounds()]
Positive = Annotated[float, Bounds(above=0)]
NotNegative = Annotated[float, Bounds(at_least=0)]
# Of a whole; all of it and none of it make no sense.
Share = Annotated[float, Bounds(above=0, below=1)]
ShareOrAll = Annotated[float, Bounds(above=0, at_most=1)]
# That may be 0.
Part = Annotated[float, Bounds(at_least=0, below=1)]
Count = Annotated[int, Bounds(at_least=1)]
CountOrNone = Annotated[int, Bounds(at_least=0)]
