"""The step under way: what has been seen of it so far."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.history import SampledStep
from faultloc.methods.deep_localize.hooks.autograd_walk import walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.optimizer_groups import rates_of
from faultloc.methods.deep_localize.look import Look
from faultloc.methods.deep_localize.objective import FirstLoss, Objective
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_MOST_CALLS, _MOST_NODES = 8, 4000


@dataclass
class StepUnderWay:
    """What is known of one step; only of a sampled one are there a trace, a look, names of norms and updates."""

    is_sampled: bool
    calls: list[ForwardCall] = field(default_factory=list)
    is_forward_over: bool = False
    # The call that has not returned yet.
    under_way: nn.Module | None = None
    # Of each call: what it gave, and the calls of layers in it.
    returned: list[list[Tensor]] = field(default_factory=list)
    traces: list[LayerTrace] = field(default_factory=list)
    trace: LayerTrace = field(default_factory=LayerTrace)
    # Of the first loss: the operation that gave it, together with the modules that were called before it.
    kind: Hashable = None
    # Which optimizers' parameters each loss hangs on, and the objective that follows from the first loss.
    reached: list[frozenset[int]] = field(default_factory=list)
    objective: Objective | None = None
    losses: list[float] = field(default_factory=list)
    look: Look = field(default_factory=Look)
    norms: dict[str, float] = field(default_factory=dict)
    # By the optimizer's identity.
    before: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    updates: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    stepped: set[int] = field(default_factory=set)

    def restart(self) -> None:
        """The next step, where neither it nor this one is sampled: most steps are such, and have to be quick."""
        self.calls, self.losses, self.is_forward_over, self.under_way = [], [], False, None
        self.stepped.clear()

    @property
    def loss(self) -> FirstLoss:
        """What an objective is told from others by before any optimizer has stepped."""
        return self.kind, self.reached[0] if self.reached else None

    @property
    def outputs(self) -> list[Tensor]:
        """What the calls have given, the latest first."""
        return [output for outputs in reversed(self.returned) for output in outputs]

    def open_call(self, call: ForwardCall) -> None:
        """A call begins, after others of the same pass or as the first of a new one."""
        if self.is_forward_over:
            self.calls, self.returned, self.traces, self.is_forward_over = [], [], [], False
        elif len(self.calls) >= _MOST_CALLS:  # a validation pass without no_grad, it may be
            del self.calls[0], self.returned[:1], self.traces[:1]
        self.calls.append(call)
        self.under_way = call.module
        if self.is_sampled:
            self.returned.append([])
            self.traces.append(LayerTrace([call.arguments, call.named_arguments]))

    def take_calls(self, before: "StepUnderWay") -> None:
        """Takes over the calls of the step before, whose outputs a further loss is made of."""
        self.calls, self.is_forward_over = before.calls, before.is_forward_over
        self.returned, self.traces = before.returned, before.traces
        # What was not followed closely then cannot be looked at now.
        self.is_sampled = self.is_sampled and before.is_sampled

    def settle_calls(self, loss: Tensor) -> None:
        """Leaves out the calls of a module that have no part in ``loss`` while a later call of the same module has."""
        if len(self.calls) > 1 and loss.grad_fn is not None:
            nodes = {node for node, _ in walk(loss.grad_fn, most=_MOST_NODES)}
            used = [any(one.grad_fn in nodes for one in outputs) for outputs in self.returned]
            have_part = {id(call.module) for call, is_used in zip(self.calls, used, strict=True) if is_used}
            kept = [index for index, call in enumerate(self.calls) if used[index] or id(call.module) not in have_part]
            self.calls = [self.calls[index] for index in kept]
            self.returned = [self.returned[index] for index in kept]
            self.traces = [self.traces[index] for index in kept]
        self.trace = LayerTrace()
        for trace in self.traces:
            self.trace.calls += trace.calls

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
            gradient_norm=math.hypot(*self.norms.values()),
            loss=sum(self.losses) / len(self.losses) if self.losses else None,
            plain_loss=self.look.plain_loss,
            relative_loss=self.look.relative_loss,
            even_loss=self.look.even_loss,
            own_loss=self.look.own_loss,
        )
