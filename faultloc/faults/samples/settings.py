"""Which fault is to be planted."""

from collections.abc import Sequence
from dataclasses import dataclass

from faultloc.errors import ConfigError

_NEED_FOREIGN_INPUTS = ("random_data", "specific_data", "mixed")
FAULT_KINDS = ("none", "random_label", "specific_label", *_NEED_FOREIGN_INPUTS)


@dataclass(frozen=True, kw_only=True)
class FaultSettings:
    """The kind of fault, how much of it, and where it falls.

    ``ratio`` in (0, 1) is of each class that is hit, and for ``mixed`` of all samples; ``pair`` names the two classes
    that ``specific_label`` and ``mixed`` confuse, ``class_name`` the one that ``specific_data`` hits, by name or index;
    they are drawn where None. ``source`` and ``source_root`` say where foreign inputs come from.
    """

    kind: str
    ratio: float | None = None
    pair: Sequence[str | int] | None = None
    class_name: str | int | None = None
    source: str = "auto"
    source_root: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ConfigError(f"fault.kind={self.kind}: expected one of {', '.join(FAULT_KINDS)}")
        if self.kind != "none" and not (isinstance(self.ratio, float | int) and 0 < self.ratio < 1):
            raise ConfigError(f"fault.ratio={self.ratio}: expected a number between 0 and 1, for example 0.05")

    @property
    def needs_foreign_inputs(self) -> bool:
        """Whether inputs are to be replaced."""
        return self.kind in _NEED_FOREIGN_INPUTS
