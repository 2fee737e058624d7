"""The record of a training as people give it: a file, a record, or the recorder itself."""

from pathlib import Path

from jaxtyping import Integer
from numpy import ndarray

from faultloc.errors import ConfigError
from faultloc.io.training_record import TrainingRecord
from faultloc.own.training_record.recorder import MarginRecorder

GivenRecord = Path | str | TrainingRecord | MarginRecorder


def record_at_hand(given: GivenRecord, labels: Integer[ndarray, "sample"]) -> TrainingRecord:
    """The record of a training on samples with these ``labels``, in their order.

    Raises:
        ConfigError: ``given`` is nothing of the kind.
        DataError: it cannot be read, or is about other samples.
    """
    if isinstance(given, str | Path):
        given = TrainingRecord.load(given)
    elif isinstance(given, MarginRecorder):
        given = given.training_record()
    if not isinstance(given, TrainingRecord):
        raise ConfigError(
            f"record is a {type(given).__name__}; expected a MarginRecorder, a TrainingRecord, or the "
            "path of one that was saved"
        )
    return given.checked_for(labels)
