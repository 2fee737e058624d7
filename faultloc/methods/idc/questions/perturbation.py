"""Noise on few elements of each input: those that matter for the answer, or as many of the others."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.suites import Suite
from faultloc.probes.relevance.reading import INPUT, Side, iterate_relevance
from faultloc.subject.batches import as_model_input
from faultloc.subject.normalisation import NormalisedNetwork

Places = Int[np.ndarray, "sample chosen"]


def important_elements(
    network: nn.Module, suite: Suite, *, share: float, rule: str = "epsilon", batch_size: int
) -> Places:
    """The places, in each flattened input, of the ``share`` of its elements whose relevance is largest in size.

    The relevance is that for the network's own answer, at its normalised inputs where it normalises them itself: there
    a black element can matter. At least one element; of equal ones the first counts.

    Raises:
        ConfigError: the share is not above 0 and at most a half, which leaves as many others; there is no such rule.
        ModelError, TrainingError: as `read_relevance` does.

    Source: WISDOM, which takes 2 % by LRP.
    """
    if not 0 < share <= 0.5:
        raise ConfigError(f"the share of important elements is {share}; expected a number above 0 and at most 0.5")
    is_normalised = isinstance(network, NormalisedNetwork)
    layer: str = "network" if is_normalised else INPUT
    side: Side = "input" if is_normalised else "output"
    parts = []
    for batch in iterate_relevance(
        network, suite.inputs, None, rule=rule, layers=[layer], side=side, batch_size=batch_size
    ):
        sizes = batch[layer].abs().flatten(1)
        count = math.ceil(share * sizes.shape[1])
        # Rounding must not put 2 % of 50 elements at two.
        count -= math.isclose(share * sizes.shape[1], count - 1)
        parts.append(sizes.argsort(dim=1, descending=True, stable=True)[:, :count].cpu().numpy())
    return np.concatenate(parts)


def other_elements(important: Places, elements: int, rng: np.random.Generator) -> Places:
    """As many places of each input, drawn from those that are not ``important``; an input has so many ``elements``.

    Raises:
        ConfigError: not enough are left.
    """
    samples, count = important.shape
    if 2 * count > elements:
        raise ConfigError(f"{count} of {elements} elements are important, so that fewer than {count} others are left")
    order = rng.random((samples, elements))
    np.put_along_axis(order, important, 2.0, axis=1)
    return np.argpartition(order, count - 1, axis=1)[:, :count]


def noise_scale(network: nn.Module, train: Suite) -> Float[Tensor, "_"]:
    """What is one standard deviation of normalised inputs in the inputs themselves: a number a channel, or one.

    That of the network's own normalisation, or, where it has none, of the training inputs.
    """
    if isinstance(network, NormalisedNetwork):
        return network.std.flatten()
    inputs = as_model_input(train.inputs)
    if inputs.ndim < 3:
        return inputs.float().std().reshape(1)
    return inputs.float().transpose(0, 1).flatten(1).std(1)


def add_noise(
    inputs: Float[Tensor, "sample ..."],
    places: Places,
    scale: Float[Tensor, "_"],
    limits: tuple[float, float],
    rng: np.random.Generator,
) -> Float[Tensor, "sample ..."]:
    """A copy of the inputs with normal noise at ``places``, of the standard deviation ``scale``, within ``limits``."""
    drawn = torch.from_numpy(rng.standard_normal(places.shape).astype(np.float32)).to(inputs.device)
    at = torch.from_numpy(places).to(inputs.device)
    flat = inputs.flatten(1).clone()
    channel = at // (flat.shape[1] // len(scale))
    noisy = (flat.gather(1, at) + drawn * scale.to(inputs.device)[channel]).clamp(*limits)
    return flat.scatter_(1, at, noisy).reshape(inputs.shape)
