"""Two networks that learn from the samples whose neighbours vouch for their labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.evaluation.nearest_others import nearest_others
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import predict_logits, softmax
from faultloc.settings_check import check_number
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import train_network


@dataclass(frozen=True)
class NcnvSettings:
    """How long the two networks are trained, and whom they trust."""

    epochs: int
    warm_up: int
    neighbours: int
    threshold: float | int

    def __post_init__(self) -> None:
        check_number("peers.ncnv.epochs", self.epochs, at_least=1, whole=True)
        check_number("peers.ncnv.warm_up", self.warm_up, at_least=1, whole=True)
        check_number("peers.ncnv.neighbours", self.neighbours, at_least=1, whole=True)
        check_number("peers.ncnv.threshold", self.threshold, above=0)


def verified_by_two_networks(
    networks: Sequence[nn.Module],
    inputs: Shaped[Tensor, "sample ..."],
    labels: Int[np.ndarray, "sample"],
    recipe: TrainingRecipe,
    settings: NcnvSettings,
    generators: Sequence[torch.Generator],
    *,
    layer: str | None,
    batch_size: int,
    on_epoch: Callable[[object], object] = lambda record: None,
) -> Float[np.ndarray, "sample"]:
    """How far the labels are from what the neighbours look like, to the first network; in [0, 1], higher is worse.

    Both ``networks`` (on the device of ``inputs``) are trained in place on everything while they warm up. From then on
    each is shown, an epoch at a time, the samples whose ``label_divergence`` is below ``threshold`` to the other one.
    Features are those at ``layer``, None for the input of the last linear layer.

    Source: Li et al., "Neighborhood Collective Estimation for Noisy Label Identification and Correction", ECCV 2022,
    with the numbers of the authors' code of DFauLo.

    Differs: the subject's recipe, with a fresh optimizer every epoch and a constant learning rate; no mixup. Labels are
    not corrected: DFauLo's authors set the threshold of that step so that it corrects none.
    """

    def divergence(network: nn.Module) -> Float[np.ndarray, "sample"]:
        features = read_activations(network, inputs, layer, batch_size=batch_size)
        probabilities = softmax(predict_logits(network, inputs, batch_size=batch_size))
        return label_divergence(features, probabilities, labels, settings.neighbours)

    def train(place: int, kept: Int[np.ndarray, "kept"]) -> None:
        if len(kept):
            train_network(networks[place], inputs, labels, kept, one_epoch, generators[place])

    one_epoch = replace(recipe, epochs=1, scheduler=None, scheduler_options={})
    everything = np.arange(len(labels))
    for epoch in range(settings.epochs):
        shown = [everything, everything]
        if epoch >= settings.warm_up:
            first, second = (np.flatnonzero(divergence(network) < settings.threshold) for network in networks)
            shown = [second, first]
        for place, kept in enumerate(shown):
            train(place, kept)
        on_epoch(epoch)
    return divergence(networks[0])


def label_divergence(
    features: Float[np.ndarray, "sample neuron"],
    probabilities: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    neighbours: int,
) -> Float[np.ndarray, "sample"]:
    """The mean Jensen-Shannon divergence, in bits, between a sample's label and its neighbours' probabilities.

    In [0, 1]: 0 where all neighbours are sure of this label, 1 where all exclude it; 0 for a single sample, which has
    none. Neighbours are the nearest others by cosine.
    """
    nearest, _ = nearest_others(features, neighbours)
    if not nearest.shape[1]:
        return np.zeros(len(labels))
    of_label = probabilities[nearest, labels[:, None]].astype(np.float64)
    # Between p and a label that is certain it depends on p[label] alone: of every other class half of p is left in the
    # mean of the two, and p log2(p / (p / 2)) is p.
    mean = (1 + of_label) / 2
    in_label = of_label * np.log2(np.where(of_label > 0, of_label, 1) / mean)
    return ((-np.log2(mean) + (1 - of_label) + in_label) / 2).mean(axis=1)
