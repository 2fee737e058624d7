"""What a training came to, measured the same way for both twins of a program."""

import math

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.program import Outcome


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """The model's answers in evaluation mode; the model is left in the mode it had."""
    training = model.training
    model.eval()
    with torch.no_grad():
        answers = model(inputs)
    model.train(training)
    return answers


def classified(model: nn.Module, predicted: Tensor, labels: Tensor) -> Outcome:
    """The outcome of a classification from predicted and true labels, of the same shape."""
    _check_shapes(predicted, labels)
    accuracy = (predicted.long() == labels.long()).float().mean().item()
    return Outcome(1 - accuracy, accuracy, _weights(model))


def regressed(model: nn.Module, predicted: Tensor, targets: Tensor) -> Outcome:
    """The outcome of a regression from predicted and true targets in the target's own units, of the same shape."""
    _check_shapes(predicted, targets)
    error = (predicted - targets).abs().mean() / (targets - targets.mean()).abs().mean()
    return Outcome(error.item() if error.isfinite() else math.inf, None, _weights(model))


def _check_shapes(predicted: Tensor, true: Tensor) -> None:
    if predicted.shape != true.shape:
        raise ValueError(f"predicted {tuple(predicted.shape)} and true {tuple(true.shape)} differ in shape")


def _weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
