"""What is known of parameters before any cluster is seen: which of them go round, and which values are unsafe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faultloc.errors import ConfigError
from faultloc.evaluation.unsafe_values import UnsafeValues
from faultloc.settings_check import check_number

_INFINITE = float("inf")
_WORDS = ("period", "near", "margin", "below", "above")
_EXAMPLE = "{period: 360, near: [22.5, 67.5], margin: 11.25} or {below: -16}"


@dataclass(frozen=True)
class KnownParameters:
    """``periods`` of those that go round, such as 360 of degrees, and the ``unsafe`` values of those that have any."""

    periods: Mapping[str, float | int] = field(default_factory=dict)
    unsafe: Mapping[str, UnsafeValues] = field(default_factory=dict)


def known_parameters(said: Mapping[str, object], where: str) -> KnownParameters:
    """What ``said`` says of each parameter, by its name.

    Of each a mapping: ``period``; unsafe is what is at most ``margin`` away from one of ``near``, or ``below`` or
    ``above`` a value. ``where`` names the source in the error.

    Raises:
        ConfigError: it says something else.
    """
    periods: dict[str, float | int] = {}
    unsafe: dict[str, UnsafeValues] = {}
    for name, words in said.items():
        if not isinstance(words, Mapping) or not words or set(words) - set(_WORDS):
            raise ConfigError(f"{where} says {words!r} of the parameter {name}; expected for example {_EXAMPLE}")
        place = f"{name} in {where}"
        for word in ("period", "margin"):
            if word in words:
                check_number(f"{word} of {place}", words[word], above=0)
        period: float | int | None = words.get("period")
        if period is not None:
            periods[name] = period
        if ranges := _ranges(words, place):
            unsafe[name] = UnsafeValues(ranges, period)
    return KnownParameters(periods, unsafe)


def _ranges(words: Mapping[str, object], place: str) -> list[tuple[float | int, float | int]]:
    values = words.get("near", [])
    if not isinstance(values, Sequence) or isinstance(values, str) or bool(values) != ("margin" in words):
        raise ConfigError(
            f"near and margin of {place} are {values!r} and {words.get('margin')!r}; expected a list and a number"
        )
    if "period" in words and {"below", "above"} & set(words):
        raise ConfigError(f"{place} goes round, and nothing is below or above there; expected near and margin")
    ranges: list[tuple[float | int, float | int]] = []
    for value in values:
        check_number(f"near of {place}", value)
        ranges.append((value - words["margin"], value + words["margin"]))
    for word in ("below", "above"):
        if word in words:
            check_number(f"{word} of {place}", words[word])
            ranges.append((-_INFINITE, words[word]) if word == "below" else (words[word], _INFINITE))  # type: ignore[arg-type]
    return ranges
