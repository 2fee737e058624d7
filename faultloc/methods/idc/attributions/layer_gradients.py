"""What layers give, and how much the explained number changes with it: all layers in one pass and back."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.methods.idc.attributions.explained import Explained
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating


@dataclass(frozen=True)
class LayerGradients:
    """By the calls of layers: outputs, and the gradients of the explained numbers, which are ``scores``.

    ``of_inputs`` are the gradients of the inputs, where they ask for them, else None.
    """

    outputs: dict[str, Tensor]
    gradients: dict[str, Tensor]
    scores: Float[Tensor, "sample"]
    of_inputs: Float[Tensor, "sample ..."] | None


@contextmanager
def holding(network: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """What each of ``layers`` gives while samples pass, by its calls: "conv", "conv@2".

    Gradients reach what is held also where weights are frozen, or where the inputs are token ids. What follows works on
    a copy, which it may overwrite.
    """
    held: dict[str, Tensor] = {}
    with ExitStack() as stack:
        for name in dict.fromkeys(layer_of(call) for call in layers):
            stack.callback(find_layer(network, name).register_forward_hook(partial(_hold, held, name)).remove)
        stack.enter_context(evaluating(network))
        yield held


def _hold(held: dict[str, Tensor], name: str, _: nn.Module, __: object, output: Tensor) -> Tensor:
    call, number = name, 1
    while call in held:
        number += 1
        call = f"{name}@{number}"
    held[call] = output if output.requires_grad else output.detach().requires_grad_()
    return held[call].clone()


def layer_of(call: str) -> str:
    """The name of the layer: of "conv@2", that is "conv"."""
    return call.partition("@")[0]


def read_gradients(
    network: nn.Module, inputs: Shaped[Tensor, "sample ..."], explained: Explained, layers: Sequence[str]
) -> LayerGradients:
    """Outputs and gradients of all ``layers`` in one pass; parameters' own gradients stay as they are.

    What the explained number does not hang on has a gradient of 0.

    Raises:
        ModelError, DataError, ConfigError: there is no explained number (`Explained.scores`), or it has no gradient.
    """
    with holding(network, layers) as held, torch.enable_grad():
        # A copy: what the network begins with may work in place.
        scores = explained.scores(network(inputs.clone() if inputs.requires_grad else inputs))
        if not scores.requires_grad:
            raise ModelError(
                f"the number that counts does not hang on any layer of {type(network).__name__} in a way that can be "
                "differentiated; expected one computed from its outputs without detach, argmax or numpy"
            )
        points = [*held.values(), *([inputs] if inputs.requires_grad else [])]
        found = [
            torch.zeros_like(point) if gradient is None else gradient
            for point, gradient in zip(
                points, torch.autograd.grad(scores.sum(), points, allow_unused=True), strict=True
            )
        ]
    return LayerGradients(
        {call: output.detach() for call, output in held.items()},
        dict(zip(held, found, strict=False)),
        scores.detach(),
        found[-1] if inputs.requires_grad else None,
    )


def require_numbers(inputs: Tensor, attribution: str) -> None:
    """Raises ModelError where the inputs are token ids, which have no way from zeros to them."""
    if not inputs.is_floating_point():
        raise ModelError(
            f"the attribution {attribution} compares inputs with zeros on the way to them, and this model reads token "
            "ids; expected real inputs: choose one of lrp, lgxa, lgc, la, lfa"
        )
