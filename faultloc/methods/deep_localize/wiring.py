"""How optimizer, parameters and gradients are connected: what can be seen without looking at a single value."""

from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.layer_trace import LayerTrace, owner_of


def parameters_by_name(model: nn.Module, optimizer: Optimizer) -> dict[str, nn.Parameter]:
    """The model's parameters that ``optimizer`` holds, in the model's order."""
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in held}


def check_optimizers(model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """Optimizers that hold none of the model's parameters."""
    trainable = {id(parameter) for parameter in model.parameters() if parameter.requires_grad}
    held = {
        id(parameter) for optimizer in optimizers for group in optimizer.param_groups for parameter in group["params"]
    }
    if trainable and held and not trainable & held:
        yield Symptom(
            "optimizer.other_parameters", OPTIMIZER, 0, len(trainable),
            f"the optimizer holds {len(held)} parameters, and none of them is among the model's {len(trainable)}: "
            "the model stays as it is",
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


def constant_weights(parameters: dict[str, nn.Parameter]) -> list[str]:
    """The weights whose rows are all the same, so that the layer's units are and remain copies of one another."""
    return [
        name
        for name, parameter in parameters.items()
        if parameter.dim() >= 2 and len(parameter) > 1 and parameter.requires_grad and _has_equal_rows(parameter)
    ]


def _has_equal_rows(weight: nn.Parameter) -> bool:
    values = weight.detach()
    # Two rows tell for almost every weight that it is sound.
    return torch.equal(values[0], values[1]) and bool((values == values[:1]).all())


def still_constant(names: Sequence[str], parameters: dict[str, nn.Parameter]) -> Iterator[Symptom]:
    """Weights that began with equal rows and have them still, after steps that could have told them apart."""
    still = [name for name in names if name in parameters and _has_equal_rows(parameters[name])]
    if still:
        yield Symptom(
            "weights.constant", owner_of(still[0]), 0, 0,
            f"all rows of {still[0]} began equal and still are: its units are copies of one another",
        )  # fmt: skip
