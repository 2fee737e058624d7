"""What a layer holds while samples pass through the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from faultloc.errors import TrainingError
from faultloc.probes.layers import find_layer, last_linear_layer
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input


def read_activations(
    network: nn.Module, inputs: Shaped[Tensor, "sample ..."], layer: str | None, *, batch_size: int
) -> Float[np.ndarray, "sample neuron"]:
    """The flattened output of ``layer``, or, for None, the input of the last linear layer, for every sample.

    Raises:
        ModelError: there is no such layer; the message lists those that there are.
        TrainingError: an activation is not a finite number.
    """
    watched = layer if layer is not None else last_linear_layer(network, inputs[:2])
    parts: list[Tensor] = []

    def keep(values: object) -> None:
        tensor = values
        while not isinstance(tensor, Tensor):
            tensor = tensor[0]  # type: ignore[index]  # recurrent layers give a tuple, the sequence first
        parts.append(tensor.detach().flatten(1).float().cpu())

    with (
        watching(find_layer(network, watched), keep, take_input=layer is None),
        evaluating(network),
        torch.inference_mode(),
    ):
        for batch in inputs.split(batch_size):
            network(as_model_input(batch))
    activations = torch.cat(parts).numpy()
    if not np.isfinite(activations).all():
        raise TrainingError(f"layer {watched!r} has activations that are NaN or infinite; expected finite numbers")
    return activations


@contextmanager
def watching(layer: nn.Module, keep: Callable[[object], None], *, take_input: bool) -> Iterator[None]:
    """Calls ``keep`` with every output (or first input) of ``layer``; the hook is gone afterwards."""
    hook = layer.register_forward_hook(lambda _, given, returned: keep(given[0] if take_input else returned))
    try:
        yield
    finally:
        hook.remove()
