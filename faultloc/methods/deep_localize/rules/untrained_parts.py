"""Parts that a loss trains and no optimizer of the run moves: a head that was replaced, a module that was forgotten."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters, held_by
from faultloc.methods.deep_localize.hooks.joined_modules import parts_of, without_wrapper
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of


def check_untrained_parts(
    loss: Tensor, model: nn.Module, trace: LayerTrace, optimizers: Sequence[Optimizer]
) -> Iterator[Symptom]:
    """A symptom where the last part of the run, or a layer put in place of one that is held, is in no optimizer.

    To hold a part of the parameters is no fault: what lies before may be trained already, and what lies behind may be
    a judge in evaluation mode, or a copy of a part that is held, kept to be compared with.
    """
    held = held_by(optimizers)
    known = {id(one) for one in model.parameters()}
    reached = {id(leaf) for leaf in leaves_of(loss)}
    if not reached & set(held):
        # A loss of others, unless the run's model is held by one optimizer, and another holds nothing but what is gone:
        # then it was made for what was replaced.
        of_one = [held_by([one]) for one in optimizers] if known & held.keys() else []
        gone = next((one for one in of_one if one and not one.keys() & known), {})
        yield from _replaced(model, gone, known, reached, held)
        return
    yield from _replaced(model, held, known, reached, held)
    parts = parts_of(model)
    last = {id(call.layer): position for position, call in enumerate(trace.calls) if call.node is not None}
    if len(parts) < 2 or not last:
        return
    order = {
        name: max((last[id(inner)] for inner in part.modules() if id(inner) in last), default=-1)
        for name, part in parts.items()
    }
    name = max(order, key=lambda one: order[one])
    part = without_wrapper(parts[name])
    own = {id(one) for one in part.parameters() if one.requires_grad}
    is_left = bool(own) and own <= reached and part.training and not own & set(held)
    if is_left and not any(_is_copy(part, other, held) for other in parts.values()):
        yield Symptom(
            "optimizer.forgotten_part", name, len(own), 0,
            f"the loss hangs on the {len(own)} parameters of {name}, and no optimizer holds any of them: it stays as "
            "it is",
        )  # fmt: skip


def check_replaced(loss: Tensor, model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """A symptom where a layer was put in place of one that is held, beside others, in the midst of training."""
    held = held_by(optimizers)
    known = {id(one) for one in model.parameters()}
    if held.keys() - known and held.keys() & known:
        yield from _replaced(model, held, known, {id(leaf) for leaf in leaves_of(loss)}, held)


def check_replaced_since(model: nn.Module, held: HeldParameters) -> Iterator[Symptom]:
    """Layers put in place of those that an optimizer holds, which had gradients before and have none any more."""
    new = [
        name
        for name, one in model.named_parameters()
        if one.requires_grad and one.grad is not None and id(one) not in held.identities
    ]
    if new and held.ever_had_gradient:
        # Several layers at once are a model made anew: where the optimizer is made there is something to do.
        is_whole = len({owner_of(name) for name in new}) > 1
        yield Symptom(
            "optimizer.replaced_part", OPTIMIZER if is_whole else owner_of(new[0]), len(new), 0,
            f"none of the {len(held.parameters)} parameters that the optimizer holds takes part any more, and "
            f"{len(new)}, from {owner_of(new[0])} on, are in none: they were put in after the optimizer was made",
        )  # fmt: skip


def _is_copy(part: nn.Module, other: nn.Module, held: Mapping[int, Tensor]) -> bool:
    """Whether all parameters of ``part`` have the values of those of ``other``, which an optimizer holds."""
    mine, theirs = list(part.parameters()), list(other.parameters())
    is_held = any(id(one) in held for one in theirs)
    return is_held and len(mine) == len(theirs) and all(map(torch.equal, mine, theirs))


def _replaced(
    model: nn.Module, asked: Mapping[int, Tensor], known: set[int], reached: set[int], held: Mapping[int, Tensor]
) -> Iterator[Symptom]:
    """Layers in no optimizer, where one holds parameters of the same number of axes that are of no model any more.

    Of the parameters that are ``held``, those ``asked`` may be the ones that are gone.
    """
    gone = [one for key, one in asked.items() if key not in known and key not in reached and one.grad is None]
    new = [
        (name, one)
        for name, one in model.named_parameters()
        if one.requires_grad and id(one) not in held and id(one) in reached
    ]
    axes = {one.dim() for one in gone}
    if len(gone) > 0 and any(one.dim() in axes and one.dim() > 1 for _, one in new):
        place = owner_of(next(name for name, one in new if one.dim() in axes and one.dim() > 1))
        yield Symptom(
            "optimizer.replaced_part", place, len(new), 0,
            f"{len(new)} parameters from this layer on are in no optimizer, and {len(gone)} that the optimizer holds "
            "are in no model any more: the layer was put in after the optimizer was made",
        )  # fmt: skip
