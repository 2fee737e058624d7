"""A parameter group with nothing in it, beside layers that a loss trains and no group holds."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import held_by
from faultloc.methods.deep_localize.hooks.layer_trace import owner_of


def check_empty_groups(loss: Tensor, model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """A symptom for the first empty group, where it leaves parameters out: a generator that was used up gives none."""
    empty = next((at for one in optimizers for at, group in enumerate(one.param_groups) if not group["params"]), None)
    if empty is None:
        return
    held = held_by(optimizers)
    reached = {id(leaf) for leaf in leaves_of(loss)}
    left = [
        name
        for name, one in model.named_parameters()
        if one.requires_grad and id(one) in reached and id(one) not in held
    ]
    if left:
        layers = list(dict.fromkeys(owner_of(name) for name in left))
        more = f" and {len(layers) - 3} more" if len(layers) > 3 else ""
        yield Symptom(
            "optimizer.empty_group", OPTIMIZER, len(left), 0,
            f"group {empty} of the optimizer holds no parameter, and {len(left)} that the loss trains are in no group: "
            f"those of {', '.join(layers[:3])}{more} stay as they are",
        )  # fmt: skip
