"""A small network and samples that the questions are tried on."""

import numpy as np
import torch
from torch import nn

from faultloc.methods.idc.questions.suites import Suite
from faultloc.probes.predictions import predict_logits


def small_network(seed: int = 0) -> nn.Sequential:
    """Three channels, eight, six and four units, for images of 6x6; it answers each of four classes now and then."""
    torch.manual_seed(seed)
    layers = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(),
        nn.Linear(6, 4),
    )  # fmt: skip
    with torch.no_grad():
        layers[-1].weight *= 4
        layers[-1].bias -= layers(images(200, seed=0)).mean(0)
    return layers.eval()


def constant_network() -> nn.Module:
    """One that answers class 0, whatever it sees, so that nothing can fool it."""
    network = small_network()
    with torch.no_grad():
        network[-1].weight.zero_()
        network[-1].bias.copy_(torch.tensor([1.0, 0, 0, 0]))
    return network


def images(count: int, seed: int = 1) -> torch.Tensor:
    """Numbers in [0, 1]."""
    return torch.rand(count, 1, 6, 6, generator=torch.Generator().manual_seed(seed))


def suite_of(network: nn.Module, count: int, seed: int = 1, wrong: int = 0) -> Suite:
    """Images with the class that the network answers, but for the first few."""
    inputs = images(count, seed)
    labels = predict_logits(network, inputs, batch_size=64).argmax(1).astype(np.int64)
    labels[:wrong] = (labels[:wrong] + 1) % 4
    return Suite(inputs, labels)
