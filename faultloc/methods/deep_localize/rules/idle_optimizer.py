"""An optimizer that never steps, though gradients are computed for what it holds and another optimizer steps."""

from collections.abc import Iterator, Mapping

from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.hooks.joined_modules import part_of_place

_FEWEST_STEPS = 40


def check_idle_optimizers(model: nn.Module, held: Mapping[int, HeldParameters]) -> Iterator[Symptom]:
    """A symptom at the end of a run, for the first optimizer that has taken no step in all of it."""
    most = max((one.steps for one in held.values()), default=0)
    if len(held) < 2 or most < _FEWEST_STEPS:
        return
    others = {identity for one in held.values() if one.steps for identity in one.identities}
    for one in held.values():
        if one.steps or not one.parameters or one.identities & others or not one.has_gradient():
            continue
        part = part_of_place(model, list(one.parameters))
        of = f"that holds the parameters of {part}" if part else f"that holds {len(one.parameters)} parameters"
        yield Symptom(
            "optimizer.idle", part or OPTIMIZER, 0, most,
            f"the optimizer {of} has taken no step, while another has taken {most}: gradients are computed for them, "
            "and they stay as they are",
        )  # fmt: skip
        return
