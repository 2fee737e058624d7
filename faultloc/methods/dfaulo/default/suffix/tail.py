"""A tail: fully connected layers with relu between, all of whose weights lie side by side in one vector."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Tail:
    """The weights of a suffix and what it answers.

    ``parameters`` holds all of them, layer by layer, each layer's weights before its biases; ``layers`` are views of
    its parts, so that one update of the vector changes every layer. Fresh ones are drawn from torch's global state.
    """

    def __init__(self, feature_size: int, widths: Sequence[int], dropout: float | int, device: torch.device) -> None:
        fresh = build_suffix(feature_size, widths, dropout).state_dict()
        self._names = list(fresh)
        self._shapes = [(outputs, inputs) for inputs, outputs in pairwise([feature_size, *widths])]
        self.parameters = torch.cat([part.flatten() for part in fresh.values()]).to(device)
        self.layers = self.views_of(self.parameters)

    def views_of(self, vector: Float[Tensor, "_"]) -> list[tuple[Tensor, Tensor]]:
        """Each layer's weights (output, input) and biases (output), as views of a ``vector`` like the parameters."""
        views, start = [], 0
        for shape in self._shapes:
            middle = start + math.prod(shape)
            views.append((vector[start:middle].view(shape), vector[middle : middle + shape[0]]))
            start = middle + shape[0]
        return views

    def answer(
        self, features: Float[Tensor, "sample feature"]
    ) -> tuple[Float[Tensor, "class sample"], Float[Tensor, "sample neuron"]]:
        """The logits, a class in a row, and the last hidden layer, without dropout.

        Few classes and many samples: along such rows a softmax is twenty times as fast as across them.
        """
        *hidden_layers, (weights, biases) = self.layers
        hidden = features
        for into, shift in hidden_layers:
            hidden = torch.addmm(shift, hidden, into.t()).relu_()
        return torch.addmm(biases[:, None], weights, hidden.t()), hidden

    def named_weights(self) -> dict[str, Tensor]:
        """Each layer's weights and biases by their names in ``build_suffix``."""
        parts = [part for layer in self.layers for part in layer]
        return dict(zip(self._names, parts, strict=True))


def build_suffix(feature_size: int, widths: Sequence[int], dropout: float | int) -> nn.Sequential:
    """Fully connected layers of ``widths`` with relu between, dropout after the first hidden one."""
    sizes = [feature_size, *widths]
    layers: list[nn.Module] = []
    for number, (size_in, size_out) in enumerate(pairwise(sizes)):
        layers.append(nn.Linear(size_in, size_out))
        if number < len(widths) - 1:
            layers.append(nn.ReLU())
            if number == 0:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)
