"""Checks at the door: a setting that is no number, or lies out of its range, is named before any work is done."""

from faultloc.errors import ConfigError


def check_number(
    name: str,
    value: object,
    *,
    at_least: float | int | None = None,
    above: float | int | None = None,
    below: float | int | None = None,
    whole: bool = False,
) -> None:
    """Raises ConfigError unless ``value`` is a number (a ``whole`` one) within its bounds; ``name`` is its key."""
    bounds = [
        word
        for bound, word in (
            (at_least, f"at least {at_least}"),
            (above, f"above {above}"),
            (below, f"below {below}"),
        )
        if bound is not None
    ]
    expected = f"expected a {'whole ' if whole else ''}number{' ' if bounds else ''}{' and '.join(bounds)}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if (
        not is_number
        or (whole and not isinstance(value, int))
        or (at_least is not None and not value >= at_least)  # type: ignore[operator]
        or (above is not None and not value > above)  # type: ignore[operator]
        or (below is not None and not value < below)  # type: ignore[operator]
    ):
        raise ConfigError(f"{name} is {value!r}; {expected}")


def check_switch(name: str, value: object) -> None:
    """Raises ConfigError unless ``value`` is true or false; ``name`` is its key."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name} is {value!r}; expected true or false")
