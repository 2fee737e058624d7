"""Layers inside one model that its loss trains and no optimizer holds, while the optimizer holds others."""

import math
from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters, held_by
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of

_NAMED = 3
# Of so many weights the largest lies close to the bound that they were drawn below.
_FEWEST_WEIGHTS, _NEAR_BOUND, _AS_EVEN = 64, 0.9, 0.1


def check_left_out(
    loss: Tensor, model: nn.Module, trace: LayerTrace, optimizers: Sequence[Optimizer]
) -> tuple[list[Symptom], list[Symptom]]:
    """What is a fault for certain, and what is one where the model does not learn.

    To hold a part of a model is often meant: what lies before is trained already, or drawn at random and kept so. That
    weights just drawn, as layers draw them by default, are kept *behind* layers that are trained is not.
    """
    held, reached = held_by(optimizers), {id(leaf) for leaf in leaves_of(loss)}
    known = list(model.named_parameters())
    left = [name for name, one in known if one.requires_grad and id(one) in reached and id(one) not in held]
    if not left or not any(id(one) in held and id(one) in reached for _, one in known):
        return [], []
    # Layers that were replaced, and groups that were used up, have rules of their own.
    is_replaced = bool(held.keys() - {id(one) for _, one in known} - reached)
    if is_replaced or any(not group["params"] for one in optimizers for group in one.param_groups):
        return [], []
    layers = {call.name: call.layer for call in trace.calls}
    order = list(layers)
    in_training = [name for name in dict.fromkeys(map(owner_of, left)) if name in layers and layers[name].training]
    if not in_training:
        return [], []
    owners_held = {owner_of(name) for name, one in known if id(one) in held}
    first_held = next((at for at, name in enumerate(order) if name in owners_held), len(order))
    fresh_behind = [name for name in in_training if order.index(name) > first_held and _is_fresh(layers[name])]
    symptom = _symptom(fresh_behind or in_training, len(left))
    return ([symptom], []) if fresh_behind else ([], [symptom])


def _symptom(layers: Sequence[str], count: int) -> Symptom:
    more = f" and {len(layers) - _NAMED} more" if len(layers) > _NAMED else ""
    return Symptom(
        "optimizer.left_out", OPTIMIZER, count, 0,
        f"{count} parameters that the loss trains are in no optimizer: those of {', '.join(layers[:_NAMED])}{more} "
        "stay as they are",
    )  # fmt: skip


def _is_fresh(layer: nn.Module) -> bool:
    """Whether the weights are as ``nn.Linear`` and convolutions draw them: even, up to 1 / sqrt(inputs)."""
    weight = getattr(layer, "weight", None)
    if not isinstance(weight, Tensor) or weight.dim() < 2 or weight.numel() < _FEWEST_WEIGHTS:
        return False
    if isinstance(layer, nn.Embedding | nn.EmbeddingBag):
        return False
    values = weight.detach().float()
    bound = 1 / math.sqrt(values[0].numel())
    largest = float(values.abs().max())
    is_even = abs(float(values.std()) * math.sqrt(3) / bound - 1) < _AS_EVEN
    return is_even and _NEAR_BOUND * bound < largest <= bound * (1 + 1e-6)


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
