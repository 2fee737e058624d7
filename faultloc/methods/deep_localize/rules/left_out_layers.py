"""Layers inside one model that its loss trains and no optimizer holds, while the optimizer holds others."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters, held_by
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of

_NAMED = 3


class LeftOutLayers:
    """Which layers no optimizer holds, from look to look."""

    def __init__(self) -> None:
        # How often each of their parameters had been changed when it was first seen.
        self._versions: dict[int, int] = {}

    def look(
        self, loss: Tensor, model: nn.Module, trace: LayerTrace, optimizers: Sequence[Optimizer]
    ) -> Symptom | None:
        """What is a fault where the model does not learn.

        To hold a part of a model is often meant: what lies before is trained already, or drawn at random and kept so;
        optimizers are made late, and groups are added. A parameter that is changed by hand, as those of a mean of the
        weights, is none that stays as it is.
        """
        held, reached = held_by(optimizers), {id(leaf) for leaf in leaves_of(loss)}
        known = list(model.named_parameters())
        left = {
            name: one
            for name, one in known
            if one.requires_grad
            and id(one) in reached
            and id(one) not in held
            and self._versions.setdefault(id(one), one._version) == one._version
        }
        if not left or not any(id(one) in held and id(one) in reached for _, one in known):
            return None
        # Layers that were replaced, and groups that were used up, have rules of their own.
        is_replaced = bool(held.keys() - {id(one) for _, one in known} - reached)
        if is_replaced or any(not group["params"] for one in optimizers for group in one.param_groups):
            return None
        in_training = {call.name for call in trace.calls if call.layer.training}
        names = [name for name in left if owner_of(name) in in_training]
        layers = list(dict.fromkeys(map(owner_of, names)))
        if not layers:
            return None
        more = f" and {len(layers) - _NAMED} more" if len(layers) > _NAMED else ""
        return Symptom(
            "optimizer.left_out", OPTIMIZER, len(names), 0,
            f"{len(names)} parameters that the loss trains are in no optimizer: those of {', '.join(layers[:_NAMED])}"
            f"{more} stay as they are",
        )  # fmt: skip


def check_replaced_since(model: nn.Module, held: HeldParameters) -> Iterator[Symptom]:
    """Layers put in place of those that an optimizer holds, which had gradients before and have none any more."""
    new = [
        name
        for name, one in model.named_parameters()
        if one.requires_grad and one.grad is not None and id(one) not in held.identities
    ]
    if new and held.ever_had_gradient:
        yield Symptom(
            "optimizer.replaced_part", owner_of(new[0]), len(new), 0,
            f"{len(new)} parameters from this layer on are in no optimizer, and none of the {len(held.parameters)} "
            "that the optimizer holds takes part any more: the layer was put in after the optimizer was made",
        )  # fmt: skip
