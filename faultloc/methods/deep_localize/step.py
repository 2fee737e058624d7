"""The step under way: what has been seen of it so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor
from torch.optim import Optimizer

from faultloc.methods.deep_localize.history import SampledStep
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.optimizer_groups import rates_of
from faultloc.methods.deep_localize.look import Look
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall


@dataclass
class StepUnderWay:
    """What is known of one step; only of a sampled one are there a trace, a look, names of norms and updates."""

    is_sampled: bool
    calls: list[ForwardCall] = field(default_factory=list)
    is_forward_over: bool = False
    outputs: list[Tensor] = field(default_factory=list)
    trace: LayerTrace = field(default_factory=LayerTrace)
    losses: list[float] = field(default_factory=list)
    look: Look = field(default_factory=Look)
    norms: dict[str, float] = field(default_factory=dict)
    total_norm: float = 0.0
    # By the optimizer's identity.
    before: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    updates: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    stepped: set[int] = field(default_factory=set)

    def restart(self) -> None:
        """The next step, where neither it nor this one is sampled: most steps are such, and have to be quick."""
        self.calls, self.outputs, self.losses, self.is_forward_over = [], [], [], False
        self.total_norm = 0.0
        self.stepped.clear()

    def statistics(self, step: int, optimizers: Sequence[Optimizer]) -> SampledStep:
        """The full statistics, once all ``optimizers`` have stepped; ``step`` is its number."""
        return SampledStep(
            step=step,
            gradients={name: norm for name, norm in self.norms.items() if name in self.updates},
            updates=self.updates,
            weights=self.weights,
            dead={one.place: one.dead for one in self.look.activations},
            saturated={one.place: one.saturated for one in self.look.activations},
            learning_rate=max((float(group["lr"]) for one in optimizers for group in one.param_groups), default=0.0),
            rates=rates_of(optimizers),
            gradient_norm=self.total_norm,
            loss=sum(self.losses) / len(self.losses) if self.losses else None,
            plain_loss=self.look.plain_loss,
            relative_loss=self.look.relative_loss,
        )
