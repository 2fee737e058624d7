"""The loss of a network some of whose units are silent."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import DataError, ModelError, TrainingError
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.methods.idc.units import has_maps
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input


def losses_without(
    network: nn.Module,
    inputs: Tensor,
    labels: Int[np.ndarray, "sample"],
    units: Sequence[Sequence[Unit]],
) -> Float[np.ndarray, "sample"]:
    """The cross-entropy of each sample in nats, 0 or more, where ``units`` say 0; in evaluation mode.

    ``units`` has those of each sample, or of all samples as its only entry, or no entry for none.

    Raises:
        DataError: there is a label that the network has no output for.
        ModelError: the network gives no number a class, or there is no such layer.
        TrainingError: a loss is not a finite number.
    """
    device = next((parameter.device for parameter in network.parameters()), inputs.device)
    with evaluating(network), torch.inference_mode(), silencing(network, units):
        logits = network(as_model_input(inputs.to(device)))
    if not isinstance(logits, Tensor) or logits.ndim != 2:
        raise ModelError(
            f"{type(network).__name__} gives no matrix with a number a class for each sample; a vote needs one for the "
            "loss"
        )
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise DataError(
            f"labels go from {labels.min()} to {labels.max()}, and the network has {logits.shape[1]} outputs; expected "
            f"labels from 0 to {logits.shape[1] - 1}"
        )
    places = torch.from_numpy(labels.astype(np.int64)).to(logits.device)
    losses = F.cross_entropy(logits.double(), places, reduction="none").cpu().numpy()
    if not np.isfinite(losses).all():
        raise TrainingError("a loss is NaN or infinite; expected finite numbers: check the weights of the model")
    return losses


@contextmanager
def silencing(network: nn.Module, units: Sequence[Sequence[Unit]]) -> Iterator[None]:
    """Inside, ``units`` of convolutional and linear layers say 0 (as of ``losses_without``).

    It is what a row of weights and a bias of 0 give, without changing any weight.

    Raises:
        ModelError: there is no such layer.
    """
    names = dict.fromkeys(layer for of_sample in units for layer, _ in of_sample)
    with ExitStack() as stack:
        for name in names:
            numbers = [[number for layer, number in of_sample if layer == name] for of_sample in units]
            hook = find_layer(network, name).register_forward_hook(_silencer(numbers))
            stack.callback(hook.remove)
        yield


def _silencer(numbers: Sequence[Sequence[int]]) -> Callable[[nn.Module, object, Tensor], Tensor]:
    def hook(layer: nn.Module, _: object, output: Tensor) -> Tensor:
        is_map = has_maps(layer, output)
        is_silent = _mask(numbers, output.shape[1 if is_map else -1]).to(output.device)
        between = [1] * (output.ndim - 2)
        shape = [len(numbers), -1, *between] if is_map else [len(numbers), *between, is_silent.shape[1]]
        return output.masked_fill(is_silent.reshape(shape), 0)

    return hook


def _mask(numbers: Sequence[Sequence[int]], width: int) -> Bool[Tensor, "row unit"]:
    is_silent = torch.zeros(len(numbers), width, dtype=torch.bool)
    for row, of_sample in enumerate(numbers):
        is_silent[row, list(of_sample)] = True
    return is_silent
