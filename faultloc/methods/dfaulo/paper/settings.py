"""The published method's settings."""

from dataclasses import dataclass

from faultloc.settings_check import check_number


@dataclass(frozen=True)
class PaperSettings:
    """The share ``ratio`` of every class that two of the paper's deletion sets take, and its logistic regression."""

    ratio: float | int = 0.05
    presumed_clean_per_class: int = 10
    inverse_regularisation: float | int = 1.0

    def __post_init__(self) -> None:
        check_number("dfaulo.presumed_clean_per_class", self.presumed_clean_per_class, at_least=1, whole=True)
