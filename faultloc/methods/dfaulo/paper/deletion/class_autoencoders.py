"""Variational autoencoders, one for each class, trained side by side as batched matrix products."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class ClassLinear(nn.Module):
    """One linear layer for each class, with PyTorch's initial weights."""

    def __init__(self, classes: int, size_in: int, size_out: int) -> None:
        super().__init__()
        bound = size_in**-0.5
        self.weight = nn.Parameter(torch.empty(classes, size_in, size_out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(classes, 1, size_out).uniform_(-bound, bound))

    def forward(self, values: Float[Tensor, "class sample size_in"]) -> Float[Tensor, "class sample size_out"]:
        return torch.baddbmm(self.bias, values, self.weight)


class ClassAutoencoders(nn.Module):
    """A variational autoencoder for each class: relu layers, dropout, a Gaussian latent of a few dimensions.

    Source: pyod's VAE with the sizes of the authors' code (encoder 128-64-32, latent 2, decoder 32-64-128, dropout .2).
    Differs: the output is linear. Theirs is a sigmoid, which can never reach inputs that were standardised.
    """

    def __init__(
        self, classes: int, input_size: int, hidden_sizes: Sequence[int], latent_size: int, dropout: float
    ) -> None:
        super().__init__()
        self.encoder = _layers(classes, [input_size, *hidden_sizes], dropout)
        self.mean = ClassLinear(classes, hidden_sizes[-1], latent_size)
        self.log_variance = ClassLinear(classes, hidden_sizes[-1], latent_size)
        self.decoder = _layers(classes, [latent_size, *reversed(hidden_sizes)], dropout)
        self.output = ClassLinear(classes, hidden_sizes[0], input_size)

    def forward(
        self, values: Float[Tensor, "class sample value"]
    ) -> tuple[
        Float[Tensor, "class sample value"], Float[Tensor, "class sample latent"], Float[Tensor, "class sample latent"]
    ]:
        """The reconstruction, the latent mean and the latent log-variance; without sampling in evaluation mode."""
        hidden = self.encoder(values)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean) if self.training else mean
        return self.output(self.decoder(latent)), mean, log_variance


def reconstruction_loss(
    values: Float[Tensor, "class sample value"],
    present: Float[Tensor, "class sample"],
    output: tuple[Tensor, Tensor, Tensor],
) -> Float[Tensor, ""]:
    """The sum over classes of the mean squared-error sum plus Kullback-Leibler divergence over the samples present."""
    reconstruction, mean, log_variance = output
    squared_error = F.mse_loss(reconstruction, values, reduction="none").sum(2)
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(2)
    return ((squared_error + divergence) * present / present.sum(1, keepdim=True)).sum()


def _layers(classes: int, sizes: Sequence[int], dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size_in, size_out in pairwise(sizes):
        layers += [ClassLinear(classes, size_in, size_out), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers)
