"""Which training fault is to be planted."""

from dataclasses import dataclass

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number

_KEY = "deep_localize.fault"
_RATES = ("learning_rate_too_high", "learning_rate_too_low")
TRAINING_FAULT_KINDS = (
    *("none", "wrong_activation", "wrong_loss", *_RATES, "no_scaling", "missing_zero_grad", "other_parameters"),
    *("dead_units", "zero_weights", "nan_input", "shuffled_labels"),
)


@dataclass(frozen=True)
class TrainingFaultSettings:
    """The kind of fault; ``factor``, above 0, is what the two of the learning rate multiply it by."""

    kind: str
    factor: float | int | None = None

    def __post_init__(self) -> None:
        if self.kind not in TRAINING_FAULT_KINDS:
            raise ConfigError(f"{_KEY}.kind is {self.kind!r}; expected one of {', '.join(TRAINING_FAULT_KINDS)}")
        if self.kind in _RATES:
            check_number(f"{_KEY}.factor", self.factor, above=0)
