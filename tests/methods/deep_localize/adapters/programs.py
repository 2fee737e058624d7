"""Six small training programs, faulty in one place or sound, and the verdict however they are run."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from faultloc.methods.deep_localize.diagnosis import Diagnosis

BATCH, STEPS = 32, 40


@dataclass(frozen=True)
class Program:
    """What differs from the sound program, and the verdict: the cause's rule and place, None where there is none."""

    name: str
    rule: str | None = None
    place: str | None = None
    learning_rate: float = 1e-3
    input_factor: float = 1.0
    has_nan: bool = False
    first_bias: float | None = None
    ends_in_softmax: bool = False

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs in [0, 1] but for what the program does to them, and class labels."""
        digits = load_digits()
        inputs = (digits.data[: BATCH * STEPS] / 16 * self.input_factor).astype(np.float32)
        if self.has_nan:
            inputs[::5, 3] = np.nan
        return inputs, digits.target[: BATCH * STEPS].astype(np.int64)

    def batches(self) -> list[tuple[Tensor, Tensor]]:
        """The same in batches."""
        inputs, labels = map(torch.from_numpy, self.arrays())
        return list(zip(inputs.split(BATCH), labels.split(BATCH), strict=True))


PROGRAMS = [
    Program("sound"),
    Program("softmax before the loss's own", "loss.double_softmax", "softmax", ends_in_softmax=True),
    Program("learning rate too high", "optimizer.rate_too_high", "optimizer", learning_rate=1.0),
    Program("NaN in the inputs", "input.nonfinite", "input", has_nan=True),
    Program("units that cannot fire", "activation.dead", "active", first_bias=-10.0),
    Program("inputs not scaled", "input.scale", "input", input_factor=1600.0),
]
SOUND = PROGRAMS[0]


class Net(nn.Module):
    """Digits through one hidden layer whose activation is called ``active``."""

    def __init__(self, program: Program = SOUND) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(64, 64)
        self.active = nn.ReLU()
        self.last = nn.Linear(64, 10)
        self.softmax = nn.Softmax(dim=1) if program.ends_in_softmax else nn.Identity()
        if program.first_bias is not None:
            nn.init.constant_(self.first.bias, program.first_bias)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.softmax(self.last(self.active(self.first(inputs))))


def verdict(diagnosis: Diagnosis) -> tuple[str | None, str | None]:
    """The cause's rule, and its place without the path that leads to the network."""
    cause = diagnosis.cause
    return (None, None) if cause is None else (cause.rule, cause.place.removeprefix("net."))


def hooks_on(model: nn.Module) -> int:
    """How many hooks of calls there are on a model and its parts."""
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def hooks_on_steps(optimizer: torch.optim.Optimizer) -> int:
    """How many hooks there are on an optimizer's steps."""
    return len(optimizer._optimizer_step_pre_hooks) + len(optimizer._optimizer_step_post_hooks)
