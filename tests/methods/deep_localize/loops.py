"""Small training loops with one fault each, as a user would write them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.sentences import assert_readable

STEPS = 80


def blobs(samples: int = 320, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Three classes of ten features around far centres: learned in a few dozen steps."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (samples,), generator=generator)
    centres = 2 * torch.randn(3, 10, generator=generator)
    return centres[labels] + torch.randn(samples, 10, generator=generator), labels


class Made(nn.Module):
    """A network of ``parts`` that computes what ``compute`` says of them and the inputs."""

    def __init__(self, compute: Callable[..., Tensor], **parts: nn.Module) -> None:
        super().__init__()
        self.compute = compute
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.compute(self, *inputs)


def walks(samples: int = 64, steps: int = 9) -> tuple[Tensor, Tensor]:
    """Random walks in five axes, of three classes by where they end."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(samples, steps, 5, generator=generator).cumsum(1)
    return inputs, (inputs[:, -1, 0] > 0).long() + (inputs[:, -1, 1] > 0)


def network(*behind: nn.Module, outputs: int = 3, seed: int = 0) -> nn.Sequential:
    """Two hidden layers with ReLU; ``behind`` comes after the last layer."""
    torch.manual_seed(seed)
    layers = [nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, outputs)]
    return nn.Sequential(*layers, *behind)


def train(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    inputs: Tensor,
    targets: Tensor,
    *,
    steps: int = STEPS,
    zero: bool = True,
) -> None:
    """A plain loop over batches of 32."""
    for step in range(steps):
        start = 32 * step % len(inputs)
        if zero:
            optimizer.zero_grad()
        loss = loss_of(model(inputs[start : start + 32]), targets[start : start + 32])
        loss.backward()
        optimizer.step()


def diagnose(
    model: nn.Module,
    loss_of: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    optimizer: torch.optim.Optimizer | None = None,
    data: tuple[Tensor, Tensor] | None = None,
    **options: int | bool,
) -> Diagnosis:
    """What the monitor says of a plain loop; by default one with nothing wrong."""
    inputs, targets = data or blobs()
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    train(model, optimizer, loss_of, inputs, targets, **options)
    diagnosis = monitor.close()
    for finding in diagnosis.findings:
        assert_readable(finding)
    return diagnosis
