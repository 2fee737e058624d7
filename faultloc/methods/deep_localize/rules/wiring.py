"""How optimizer, parameters and gradients are connected: what can be seen without looking at a single value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import held_by
from faultloc.methods.deep_localize.hooks.joined_modules import part_of_place, parts_of, without_wrapper
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of

_STALE_STEPS, _NEVER_STEPS, _MOST_DROPOUT = 3, 50, 0.9


def check_optimizers(model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """Optimizers that hold none of the model's parameters."""
    trainable = {id(parameter) for parameter in model.parameters() if parameter.requires_grad}
    held = held_by(optimizers)
    if trainable and held and not trainable & held.keys():
        yield Symptom(
            "optimizer.other_parameters", OPTIMIZER, 0, len(trainable),
            f"the optimizer holds {len(held)} parameters, and none of them is among the model's {len(trainable)}: "
            "the model stays as it is",
        )  # fmt: skip
    if held and held.keys() & {id(one) for one in model.parameters()} and not _are_trainable(held.values()):
        yield Symptom(
            "optimizer.frozen_parameters", OPTIMIZER, len(held), 0,
            f"none of the {len(held)} parameters that the optimizer holds takes a gradient: all are frozen "
            "(requires_grad is off)",
        )  # fmt: skip
    shared = sum(len(held_by([optimizer])) for optimizer in optimizers) - len(held)
    if shared:
        yield Symptom(
            "optimizer.shared_parameters", OPTIMIZER, shared, 0, f"{shared} parameters are in more than one optimizer"
        )


def _are_trainable(parameters: Iterable[nn.Parameter]) -> bool:
    return any(one.requires_grad for one in parameters)


def check_stepping(backwards: int) -> Iterator[Symptom]:
    """A symptom when ``backwards`` passes have run before the first step, and that is as many as nobody accumulates."""
    if backwards == _NEVER_STEPS:
        yield Symptom(
            "optimizer.never_steps", OPTIMIZER, backwards, _NEVER_STEPS,
            f"{backwards} backward passes have run, and the optimizer has taken no step",
        )  # fmt: skip


class StaleGradients:
    """Whether gradients of the step before are still there when a backward pass begins, for each optimizer.

    Between two steps one clean start is enough: further backward passes accumulate, and with two optimizers the other
    one's loss may leave gradients behind.
    """

    def __init__(self, parameters: Mapping[int, Mapping[str, nn.Parameter]]) -> None:
        self._is_stale: dict[int, list[bool]] = {}
        self._steps: dict[int, int] = {}
        self.follow(parameters)

    def follow(self, parameters: Mapping[int, Mapping[str, nn.Parameter]]) -> None:
        """Looks at these from now on, by optimizer."""
        self._parameters = parameters
        for optimizer in parameters:
            self._is_stale.setdefault(optimizer, [])
            self._steps.setdefault(optimizer, 0)

    def look(self, *, has_stepped: bool) -> None:
        """Looks before a backward pass."""
        for optimizer, parameters in self._parameters.items():
            first = next((one.grad for one in parameters.values() if one.requires_grad and one.grad is not None), None)
            self._is_stale[optimizer].append(has_stepped and first is not None and bool(first.any()))

    def stepped(self, optimizer: int) -> Iterator[Symptom]:
        """A symptom once gradients were stale before every backward pass of three steps of ``optimizer`` on end."""
        looks = self._is_stale[optimizer]
        self._steps[optimizer] = self._steps[optimizer] + 1 if looks and all(looks) else 0
        looks.clear()
        if self._steps[optimizer] >= _STALE_STEPS:
            yield Symptom(
                "optimizer.stale_gradients", OPTIMIZER, self._steps[optimizer], _STALE_STEPS,
                f"in {_STALE_STEPS} steps, the gradients of the step before were still there when backward() "
                "began, and added up",
            )  # fmt: skip


def check_mode(model: nn.Module, trace: LayerTrace, loss: Tensor) -> Iterator[Symptom]:
    """A model that is trained in evaluation mode where that does harm, and dropout that leaves next to nothing.

    Evaluation mode by mistake takes hold of a whole model: of one whose layers that have a mode and are called are all
    in it, its dropout off. Batch normalisation alone may be frozen on purpose, and so may a part that no step changes.
    A part that ``loss`` does not hang on is not trained by it: it was evaluated, and another model is trained now.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.modules.dropout._DropoutNd) and module.training and module.p >= _MOST_DROPOUT:
            yield Symptom("model.dropout", name, module.p, _MOST_DROPOUT, f"{module.p:.0%} of the values are set to 0")
    for name, part in parts_of(model).items():
        inner = without_wrapper(part)
        if inner.training or not any(one.requires_grad for one in inner.parameters()):
            continue
        inside = set(inner.modules())
        moded = [call for call in trace.calls if call.layer in inside and _has_mode(call.layer)]
        if moded and not any(call.layer.training for call in moded):
            trained = {id(leaf) for leaf in leaves_of(loss)}
            if not any(id(one) in trained for one in inner.parameters()):
                continue
            yield Symptom(
                "model.evaluating", moded[0].name or name or "model", 1, 0, "the model is trained in evaluation mode"
            )
            return


def _has_mode(layer: nn.Module) -> bool:
    """Whether the layer computes otherwise in evaluation mode; normalisation that is not trained is frozen."""
    if isinstance(layer, nn.modules.batchnorm._BatchNorm):
        return any(one.requires_grad for one in layer.parameters())
    return isinstance(layer, nn.modules.dropout._DropoutNd)


def unreached_part(model: nn.Module, parameters: Sequence[nn.Parameter]) -> Symptom:
    """No loss before the steps of one of several optimizers reaches what it is to train."""
    part = part_of_place(model, list(parameters))
    place = part or OPTIMIZER
    of = f"of {part}" if part else "that this optimizer holds"
    return Symptom(
        "gradient.part_unreached", place, len(parameters), 0,
        f"the loss before this step reaches no parameter {of}: none of the {len(parameters)} has a gradient",
    )  # fmt: skip


def check_gradient_path(trace: LayerTrace, parameters: dict[str, nn.Parameter]) -> Iterator[Symptom]:
    """Layers that took part in the forward pass and got no gradient from the backward pass.

    A head whose output is not used gets none either, and is no fault: a cut shows in a later layer that has a gradient
    while none flows on from its input.
    """
    trained = {name: parameter for name, parameter in parameters.items() if parameter.requires_grad}
    without = {owner_of(name) for name, parameter in trained.items() if parameter.grad is None}
    if trained and all(parameter.grad is None for parameter in trained.values()):
        yield Symptom(
            "gradient.none",
            OPTIMIZER,
            len(trained),
            0,
            f"none of the {len(trained)} parameters has a gradient at step()",
        )
        return
    with_gradient = {owner_of(name) for name, parameter in trained.items() if parameter.grad is not None}
    yield from _blocked(trace, trained, with_gradient)
    before: list[str] = []
    for call in trace.calls:
        if call.name in without and call.node is not None:
            before.append(call.name)
        elif before and call.name in with_gradient and call.begins_gradient:
            yield Symptom(
                "gradient.cut", before[-1], len(without), 0,
                f"no gradient flows back from {call.name!r} to this layer, nor to any before it",
            )  # fmt: skip
            return


def _blocked(trace: LayerTrace, trained: dict[str, nn.Parameter], with_gradient: set[str]) -> Iterator[Symptom]:
    """Layers that the optimizer is to train and that are called where gradients are off."""
    for call in trace.calls:
        owned = [name for name in trained if owner_of(name) == call.name]
        if call.node is None and owned and call.name not in with_gradient:
            yield Symptom(
                "gradient.blocked", call.name, len(owned), 0,
                "the optimizer holds this layer's parameters, and it is called where no gradient is recorded",
            )  # fmt: skip
            return


class ConstantWeights:
    """The weights whose units are all the same, so that the layer's units are and remain copies of one another."""

    def __init__(self, model: nn.Module) -> None:
        self._began = [
            parameter
            for parameter in model.parameters()
            if not is_lazy(parameter)
            and parameter.dim() >= 2
            and len(parameter) > 1
            and parameter.requires_grad
            and _has_equal_units(parameter, model)
        ]

    def check(self, model: nn.Module) -> Iterator[Symptom]:
        """Those that have equal units still, after steps that could have told them apart; asked once."""
        still, self._began = [one for one in self._began if _has_equal_units(one, model)], []
        if still:
            name = next((name for name, one in model.named_parameters() if one is still[0]), "a weight")
            yield Symptom(
                "weights.constant", owner_of(name), 0, 0,
                f"the weights of all units in {name} began equal and still are: the units are copies of one another",
            )  # fmt: skip


def _has_equal_units(weight: nn.Parameter, model: nn.Module) -> bool:
    # A unit's weights are a row in torch, and a column in Keras, whose models say so.
    values = weight.detach().movedim(-1, 0) if getattr(model, "has_units_last", False) else weight.detach()
    # Two rows tell for almost every weight that it is sound.
    return len(values) > 1 and torch.equal(values[0], values[1]) and bool((values == values[:1]).all())
