"""The sign of a flow's log-determinant: told by its Jacobian, whichever way the flow runs."""

import pytest
import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.monitor import TrainingMonitor


class Coupling(nn.Module):
    """Two coupling layers, whose scales begin at random or at 1; returns the values and ``sign`` times the volume."""

    def __init__(self, *, sign: float = 1.0, starts_at_one: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.nets = nn.ModuleList([nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 4)) for _ in range(2)])
        self.sign = sign
        if starts_at_one:
            for net in self.nets:
                nn.init.zeros_(net[-1].weight)
                nn.init.zeros_(net[-1].bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        volume = x.new_zeros(len(x))
        for net in self.nets:
            kept, moved = x.chunk(2, 1)
            scale, shift = net(kept).chunk(2, 1)
            x = torch.cat([moved * scale.exp() + shift, kept], 1)
            volume = volume + scale.sum(1)
        return x, self.sign * volume


def rules(model: nn.Module, weight: float, *, outer: float = 1.0) -> list[str]:
    """Of a training whose loss adds ``weight`` times the second output to half the squares of the first."""
    generator = torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(12):
            values, volume = model(torch.randn(32, 4, generator=generator) * 2 + 1)
            optimizer.zero_grad()
            (outer * (0.5 * values.square().sum(1) + weight * volume).mean()).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


@pytest.mark.parametrize("starts_at_one", [False, True])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_log_determinant_that_makes_the_loss_larger_is_named(sign, starts_at_one):
    assert rules(Coupling(sign=sign, starts_at_one=starts_at_one), sign) == ["loss.volume_sign"]


@pytest.mark.parametrize("starts_at_one", [False, True])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_log_determinant_that_makes_the_loss_smaller_raises_no_alarm(sign, starts_at_one):
    assert not rules(Coupling(sign=sign, starts_at_one=starts_at_one), -sign)
    assert not rules(Coupling(sign=sign, starts_at_one=starts_at_one), -sign, outer=0.01)


def test_a_number_a_sample_that_is_no_log_determinant_may_make_the_loss_larger():
    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            z = self.inner(x)
            return z, z.square().sum(1)

    torch.manual_seed(0)
    assert not rules(Encoder(), 1.0)


def test_a_volume_that_a_penalty_holds_near_0_raises_no_alarm():
    model = Coupling()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(12):
            values, volume = model(torch.randn(32, 4))
            optimizer.zero_grad()
            (0.5 * values.square().sum(1).mean() + volume.square().mean()).backward()
            optimizer.step()
    assert not monitor.findings
