"""The released rule of HUDD, one image and one value at a time: slow, and written straight from its description.

Source: HUDD-Toolset: linear z+ without the bias, V = max(W, 0), R_in = a * ((R / (a V^T + 1e-9)) V); convolution
R_in = a * convT(R / (Y + 1e-9), W), Y with the bias; max pooling a * unpool(R / (Y + 1e-9)); ReLU, dropout and
reshaping hand relevance on.
"""

from itertools import product

import numpy as np
import torch
from torch import Tensor, nn


def reference_hudd(network: nn.Sequential, image: Tensor) -> list[np.ndarray]:
    """The relevance at the input of each layer of ``network``, from the largest logit of one ``image``."""
    values = [image[None]]
    with torch.no_grad():
        for layer in network:
            values.append(layer(values[-1].clone()))
    arrays = [value[0].numpy() for value in values]
    relevance = np.zeros_like(arrays[-1])
    relevance[arrays[-1].argmax()] = arrays[-1].max()
    found: list[np.ndarray] = []
    for layer, before, after in reversed(list(zip(network, arrays, arrays[1:], strict=False))):
        if isinstance(layer, nn.Linear):
            relevance = _linear(layer.weight.detach().numpy(), before, relevance)
        elif isinstance(layer, nn.Conv2d):
            relevance = _convolution(layer, before, after, relevance)
        elif isinstance(layer, nn.MaxPool2d):
            relevance = _max_pooling(int(layer.kernel_size), int(layer.stride), before, after, relevance)
        found.insert(0, relevance.reshape(before.shape))
        relevance = found[0]
    return found


def _linear(weight: np.ndarray, before: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    found = np.zeros_like(before)
    for j in range(len(relevance)):
        z = sum(before[i] * max(weight[j, i], 0) for i in range(len(before))) + 1e-9
        for i in range(len(before)):
            found[i] += before[i] * max(weight[j, i], 0) * relevance[j] / z
    return found


def _convolution(layer: nn.Conv2d, before: np.ndarray, after: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    weight = layer.weight.detach().numpy()
    size = layer.kernel_size[0]
    found = np.zeros_like(before)
    for out, row, column in product(*map(range, after.shape)):
        share = relevance[out, row, column] / (after[out, row, column] + 1e-9)
        window = np.s_[:, row : row + size, column : column + size]
        found[window] += before[window] * weight[out] * share
    return found


def _max_pooling(size: int, stride: int, before: np.ndarray, after: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    """As released where windows do not overlap; where they do, added up and not overwritten."""
    found = np.zeros_like(before)
    for channel, row, column in product(*map(range, after.shape)):
        window = before[channel, row * stride : row * stride + size, column * stride : column * stride + size]
        i, j = np.unravel_index(window.argmax(), window.shape)
        share = relevance[channel, row, column] / (after[channel, row, column] + 1e-9)
        found[channel, row * stride + i, column * stride + j] += window[i, j] * share
    return found
