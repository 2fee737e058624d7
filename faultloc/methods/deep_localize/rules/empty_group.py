"""A parameter group with nothing in it, beside layers that a loss trains and no group holds."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.held_parameters import left_out
from faultloc.methods.deep_localize.hooks.layer_trace import owner_of
from faultloc.methods.deep_localize.wording import named


def check_empty_groups(loss: Tensor, model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """A symptom for the first empty group, where it leaves parameters out: a generator that was used up gives none."""
    empty = next((at for one in optimizers for at, group in enumerate(one.param_groups) if not group["params"]), None)
    if empty is None:
        return
    left = left_out(loss, model, optimizers)
    if left:
        yield Symptom(
            "optimizer.empty_group", OPTIMIZER, len(left), 0,
            f"group {empty} of the optimizer holds no parameter, and {len(left)} that the loss trains are in no group: "
            f"those of {named([owner_of(name) for name in left])} stay as they are",
        )  # fmt: skip
