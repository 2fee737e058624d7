"""What each parameter group of an optimizer is set to, and which layers it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.hooks.layer_trace import owner_of
from faultloc.methods.deep_localize.wording import named

# Those that divide by the root of a mean square, so that a step is about as long as the learning rate, whatever the
# gradient's size.
_ADAPTIVE = ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop", "Adagrad", "SparseAdam", "Adadelta")
_DECOUPLED = ("AdamW",)


@dataclass(frozen=True)
class Group:
    """One parameter group at the first step.

    ``momentum`` is that of SGD or the first beta of Adam's kin, ``memory`` the second beta; ``epsilon`` is added to the
    root of the mean square. None where the optimizer has no such setting. ``names`` are those of the
    parameters, ``values`` the number of their values.
    """

    optimizer: str
    index: int
    rate: float
    weight_decay: float
    momentum: float | None
    memory: float | None
    epsilon: float | None
    is_decoupled: bool
    names: Sequence[str]
    values: int
    # What a scheduler starts from.
    initial: float | None = None

    @property
    def is_adaptive(self) -> bool:
        """Whether the length of a step does not depend on the gradient's size."""
        return self.optimizer in _ADAPTIVE

    @property
    def text(self) -> str:
        """The group for people: its index and the layers that it holds."""
        return f"group {self.index} ({named([owner_of(name) for name in self.names])})"


def groups_of(optimizers: Sequence[Optimizer], parameters: Mapping[str, nn.Parameter]) -> list[Group]:
    """The groups of ``optimizers`` in their order; ``parameters`` are the model's by name."""
    names = {id(parameter): name for name, parameter in parameters.items()}
    found = []
    for optimizer in optimizers:
        for index, group in enumerate(optimizer.param_groups):
            betas = group.get("betas")
            # Another library's optimizer, seen as one of torch, says itself what it is.
            kind = str(getattr(optimizer, "kind", type(optimizer).__name__))
            found.append(
                Group(
                    optimizer=kind,
                    index=index,
                    rate=float(group["lr"]),
                    weight_decay=float(group.get("weight_decay") or 0.0),
                    momentum=float(betas[0]) if betas else _number(group.get("momentum")),
                    memory=float(betas[1]) if betas else None,
                    epsilon=_number(group.get("eps")),
                    is_decoupled=kind in _DECOUPLED or bool(group.get("decoupled_weight_decay")),
                    names=[names[id(one)] for one in group["params"] if id(one) in names],
                    values=sum(one.numel() for one in group["params"]),
                    initial=_number(group.get("initial_lr")),
                )
            )
    return found


def rates_of(optimizers: Sequence[Optimizer]) -> tuple[float, ...]:
    """The learning rates of all groups, in the order of ``groups_of``."""
    return tuple(float(group["lr"]) for optimizer in optimizers for group in optimizer.param_groups)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
