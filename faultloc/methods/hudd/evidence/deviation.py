"""How what a layer holds of an error deviates from what it holds of the sound samples of the error's own class.

A rotated 3 that is taken for an 8 should look to the network like the 3s that it knows: what makes it unlike them is
what misled the network. The class itself, which parts clusters of heatmaps more than any cause does, drops out.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import TrainingError
from faultloc.methods.hudd.form import signed_root
from faultloc.probes.activations import watching
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input

# What lies side by side in an image is averaged down to as many squares a side; finer ones part no clusters better, and
# a cause is the same cause a few pixels farther on.
_GRID = 4


@dataclass(frozen=True)
class SoundMeans:
    """What each layer holds on average of the sound samples of each class, by the layer's name.

    A class without a sound sample has the average of all; without any sound sample there are no layers.
    """

    by_layer: Mapping[str, Float[np.ndarray, "output number"]]


def mean_of_sound(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    places: Int[np.ndarray, "sound"],
    labels: Int[np.ndarray, "sound"],
    layers: Sequence[str],
    *,
    outputs: int,
    batch_size: int,
) -> SoundMeans:
    """The means over the samples at ``places``, which the network gets right, by their ``labels``.

    ``outputs`` is the number of the network's outputs.

    Raises:
        TrainingError: a layer holds a number that is not finite.
    """
    sums: dict[str, np.ndarray] = {}
    counts = np.bincount(labels, minlength=outputs)
    for start in range(0, len(places), batch_size):
        classes = labels[start : start + batch_size]
        for name, held in _held(network, _picked(inputs, places[start : start + batch_size]), layers).items():
            total = sums.setdefault(name, np.zeros((outputs, held.shape[1])))
            for output in np.unique(classes):
                total[output] += held[classes == output].sum(0, dtype=np.float64)
    means = {}
    for name, total in sums.items():
        mean = total / np.maximum(counts, 1)[:, None]
        mean[counts == 0] = total.sum(0) / counts.sum()
        means[name] = mean
    return SoundMeans(means)


def deviations(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    places: Int[np.ndarray, "error"],
    labels: Int[np.ndarray, "error"],
    sound: SoundMeans,
    layers: Sequence[str],
    *,
    batch_size: int,
) -> Mapping[str, Float[np.ndarray, "error number"]]:
    """For each layer how each sample at ``places`` deviates from the sound ones of its label, a float32 row.

    Raises:
        TrainingError: a layer holds a number that is not finite.
    """
    found: dict[str, list[np.ndarray]] = {name: [] for name in layers}
    for start in range(0, len(places), batch_size):
        classes = labels[start : start + batch_size]
        for name, held in _held(network, _picked(inputs, places[start : start + batch_size]), layers).items():
            usual = sound.by_layer[name][classes] if name in sound.by_layer else 0.0
            found[name].append((held - usual).astype(np.float32))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def held_by(
    network: nn.Module, inputs: Shaped[Tensor, "sample ..."], layer: str, *, batch_size: int
) -> Float[np.ndarray, "sample number"]:
    """What ``layer`` holds of each sample, float32: what deviations are made from.

    Raises:
        TrainingError: the layer holds a number that is not finite.
    """
    return np.concatenate([_held(network, batch, [layer])[layer] for batch in inputs.split(batch_size)])


def _picked(inputs: Shaped[Tensor, "sample ..."], places: Int[np.ndarray, "_"]) -> Shaped[Tensor, "batch ..."]:
    return inputs[torch.from_numpy(places).to(inputs.device)]


def _held(
    network: nn.Module, batch: Shaped[Tensor, "sample ..."], layers: Sequence[str]
) -> dict[str, Float[np.ndarray, "sample number"]]:
    """What flows into each layer, on the grid, by its signed roots, so that a few large numbers do not decide."""
    held: dict[str, np.ndarray] = {}

    def keeper(name: str):  # type: ignore[no-untyped-def]
        def keep(values: object) -> None:
            assert isinstance(values, Tensor)
            rows = _on_grid(values.detach().float()).flatten(1).cpu().numpy()
            held[name] = signed_root(rows)

        return keep

    with ExitStack() as stack:
        for name in layers:
            stack.enter_context(watching(find_layer(network, name), keeper(name), take_input=True))
        stack.enter_context(evaluating(network))
        stack.enter_context(torch.inference_mode())
        network(as_model_input(batch))
    for name, rows in held.items():
        if not np.isfinite(rows).all():
            raise TrainingError(
                f"what flows into the layer {name!r} is NaN or infinite; expected finite numbers: check the inputs and "
                "the weights"
            )
    return held


def _on_grid(values: Float[Tensor, "sample ..."]) -> Float[Tensor, "sample ..."]:
    spatial = values.shape[2:]
    if len(spatial) == 2 and max(spatial) > _GRID:
        height, width = (min(side, _GRID) for side in spatial)
        return F.adaptive_avg_pool2d(values, (height, width))
    return values
