"""Numbers of things, in words."""

# What is written out up to here; above, a number of combinations is a power of ten.
_LONG = 10**9


def counted(number: int, thing: str) -> str:
    """So many of a thing, whose plural ends in s."""
    return f"{spelt(number)} {thing}{'' if number == 1 else 's'}"


def spelt(number: int | float) -> str:
    """A count in full, one of ten digits and more as a power of ten, a real number to four digits."""
    if isinstance(number, float):
        return f"{number:,.4g}"
    if abs(number) < _LONG:
        return f"{number:,}"
    digits = str(number)  # there may be more than a real number can count
    exponent = str(len(digits) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits[0]}.{digits[1:3]} × 10{exponent}"
