"""Fourteen more programs, of what settings, losses and layers get wrong, and sound ones that look odd.

Each is a change of the sound program of ``programs``; what a library cannot express is said with it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.methods.deep_localize.adapters.programs import BATCH, PROGRAMS, Net, Program

CLASSES = 10


@dataclass(frozen=True)
class Variant(Program):
    """What is set otherwise; ``not_in`` names the libraries that cannot be told so, each with the reason."""

    optimizer: str = "Adam"
    momentum: float = 0.0
    weight_decay: float = 0.0
    rate_factor: float = 1.0
    clip: float | None = None
    loss: str = "cross_entropy"
    smoothing: float = 0.0
    class_weights: bool = False
    constant: float | None = None
    is_sorted: bool = False
    target_factor: float = 1.0
    clears: bool = True
    detaches: bool = False
    epochs: int = 1
    not_in: tuple[tuple[str, str], ...] = ()

    @property
    def is_regression(self) -> bool:
        """Whether the digit is predicted as a number."""
        return self.loss.startswith("squared")

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        inputs, labels = super().arrays()
        if self.is_sorted:
            # So many of each class that every batch has one.
            rows = np.concatenate([np.flatnonzero(labels == label)[: 3 * BATCH] for label in range(CLASSES)])
            inputs, labels = inputs[rows], labels[rows]
        return inputs, labels

    def targets(self) -> np.ndarray:
        """What the loss is given: labels, one-hot rows, or numbers."""
        labels = self.arrays()[1]
        if self.is_regression:
            numbers = (labels.astype(np.float32) / 9) * self.target_factor
            return numbers if self.loss == "squared, broadcast" else numbers[:, None]
        return np.eye(CLASSES, dtype=np.float32)[labels] if self.loss.startswith("bce_logits") else labels

    def batches(self) -> list[tuple[Tensor, Tensor]]:
        inputs, targets = torch.from_numpy(self.arrays()[0]), torch.from_numpy(self.targets())
        return self.epochs * list(zip(inputs.split(BATCH), targets.split(BATCH), strict=True))


WEIGHTS = torch.linspace(0.5, 1.5, CLASSES)
_NO_MANUAL = "takes the steps itself, and clears before each"
VARIANTS = [
    Variant("learning rate 0 by the schedule", "optimizer.rate_zero", "optimizer", rate_factor=0.0),
    Variant("learning rate too low", "optimizer.rate_too_low", "optimizer", learning_rate=1e-9),
    Variant(
        "momentum too high", "optimizer.momentum", "optimizer",
        optimizer="SGD", momentum=0.999, learning_rate=1.0, epochs=3,
    ),
    Variant("NLL of raw outputs", "loss.no_log_softmax", "softmax", loss="nll"),
    Variant("sigmoid before a loss with its own", "loss.double_sigmoid", "softmax", loss="bce_logits, sigmoid"),
    Variant(
        "regression that broadcasts", "loss.broadcast", "loss", loss="squared, broadcast",
        not_in=(("keras", "gives targets the shape of the outputs before any loss"),),
    ),
    Variant("targets of a regression not scaled", "target.scale", "labels", loss="squared", target_factor=3000.0),
    Variant("weights all alike", "weights.constant", "first", constant=0.1),
    Variant("sorted labels", "labels.sorted", "input", is_sorted=True),
    Variant(
        "gradients never cleared", "optimizer.stale_gradients", "optimizer", clears=False,
        not_in=(("lightning", _NO_MANUAL), ("huggingface", _NO_MANUAL), ("keras", _NO_MANUAL)),
    ),
    Variant(
        "weight decay too strong", "optimizer.weight_decay", "optimizer",
        optimizer="AdamW", weight_decay=50.0, learning_rate=1e-3, epochs=3,
    ),
    Variant(
        "clipping to next to nothing", "optimizer.clipping", "optimizer",
        optimizer="SGD", learning_rate=0.01, clip=1e-3, epochs=3,
    ),
    Variant("cut off by detach()", "gradient.cut", "first", detaches=True, epochs=2),
    Variant("sound, labels smoothed and classes weighed", smoothing=0.1, class_weights=True),
]  # fmt: skip
TWENTY = [*(Variant(**vars(program)) for program in PROGRAMS), *VARIANTS]


class VariantNet(Net):
    """The network of the programs, with what a variant does to it."""

    def __init__(self, program: Variant) -> None:
        super().__init__(program)
        self.detaches = program.detaches
        if program.is_regression:
            self.last = nn.Linear(64, 1)
        if program.loss.endswith("sigmoid"):
            self.softmax = nn.Sigmoid()
        if program.constant is not None:
            for parameter in self.parameters():
                nn.init.constant_(parameter, program.constant)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.active(self.first(inputs))
        return self.softmax(self.last(hidden.detach() if self.detaches else hidden))


def loss_of(program: Variant, outputs: Tensor, targets: Tensor) -> Tensor:
    """The loss of a batch, in torch."""
    if program.is_regression:
        return F.mse_loss(outputs, targets)
    if program.loss == "nll":
        return F.nll_loss(outputs, targets)
    if program.loss.startswith("bce_logits"):
        return F.binary_cross_entropy_with_logits(outputs, targets)
    weights = WEIGHTS if program.class_weights else None
    return F.cross_entropy(outputs, targets, weights, label_smoothing=program.smoothing)


def optimizer_of(program: Variant, parameters: object) -> torch.optim.Optimizer:
    """The optimizer of a program, in torch."""
    settings = {"lr": program.learning_rate, "weight_decay": program.weight_decay}
    if program.optimizer == "SGD":
        settings["momentum"] = program.momentum
    return getattr(torch.optim, program.optimizer)(parameters, **settings)


def schedule_of(program: Variant, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
    """A constant schedule: the rate times the program's factor."""
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: program.rate_factor)
