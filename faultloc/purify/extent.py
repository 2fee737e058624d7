"""How much of a ranking to act on: a share of the samples or a number of them."""

import math
import re
from dataclasses import dataclass

from faultloc.errors import ConfigError

_EXPECTED = "expected a share such as 5%, or a whole number of samples such as 50"


@dataclass(frozen=True)
class Extent:
    """The first ``share`` of the list, in (0, 1), or its first ``number`` samples; exactly one of them is given.

    ``name`` is what the setting is called in errors.
    """

    name: str
    share: float | int | None = None
    number: int | None = None

    def __post_init__(self) -> None:
        if (self.share is None) == (self.number is None):
            raise ConfigError(f"{self.name} gives {'neither' if self.share is None else 'both'}; {_EXPECTED}")
        if self.share is not None and not 0 < self.share < 1:
            said = f"{self.name} is {100 * self.share:.6g} % of the samples"
            raise ConfigError(f"{said}; expected more than none, less than all")
        if self.number is not None and self.number < 1:
            raise ConfigError(f"{self.name} is {self.number}; expected 1 sample or more")

    def of(self, samples: int) -> int:
        """How many of ``samples`` these are; a share is rounded up, as where the list is measured (``share_found``).

        Raises:
            ConfigError: they are more than there are.
        """
        # Rounded, because 0.07 * 100 is a little more than 7 and would let an eighth sample in.
        count = self.number if self.share is None else math.ceil(round(self.share * samples, 6))
        assert count is not None
        if count > samples:
            raise ConfigError(f"{self.name} is {count}, but there are {samples} samples; {_EXPECTED}")
        return count


def parse_extent(name: str, text: str) -> Extent:
    """The extent that ``text`` says: ``5%``, ``0.5 %`` or ``50``; ``name`` is the option's.

    Raises:
        ConfigError: it is neither a share nor a number, or out of range.
    """
    percent = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*%", text.strip(), re.ASCII)
    if percent:
        return Extent(name, share=float(percent[1]) / 100)
    if re.fullmatch(r"\d+", text.strip(), re.ASCII):
        return Extent(name, number=int(text))
    raise ConfigError(f"{name} is {text!r}; {_EXPECTED}")
