"""What `faultloc purify --retrain` is told of the training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Retraining:
    """How long and how fast to train on; ``arch`` and ``trust_checkpoint`` are given as when the model was examined.

    Which class is imported and whether a file may run code is not read from the results, which may come from somebody
    else.
    """

    epochs: int
    learning_rate: float
    arch: str | None = None
    trust_checkpoint: bool = False
