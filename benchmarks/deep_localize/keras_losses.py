"""Keras' losses on probabilities, as somebody writes them by hand who comes to PyTorch from there."""

from torch import Tensor

CLIP = 1e-7  # Keras' epsilon: what is clipped has no gradient


def categorical_crossentropy(probabilities: Tensor, one_hot: Tensor) -> Tensor:
    """The mean cross-entropy; as in Keras each row is first divided by its sum, which may be 0."""
    normalised = probabilities / probabilities.sum(dim=1, keepdim=True)
    return -(one_hot * normalised.clamp(CLIP, 1 - CLIP).log()).sum(dim=1).mean()


def binary_crossentropy(probabilities: Tensor, labels: Tensor) -> Tensor:
    """The mean binary cross-entropy of clipped probabilities."""
    clipped = probabilities.clamp(CLIP, 1 - CLIP)
    return -(labels * clipped.log() + (1 - labels) * (1 - clipped).log()).mean()
