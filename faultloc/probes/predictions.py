"""What a network says about samples: logits, probabilities, losses."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.errors import TrainingError
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input, as_tensor
from faultloc.subject.dataset import Given, LabeledDataset
from faultloc.subject.task import CLASSIFICATION, Task, task_of


@dataclass(frozen=True)
class Predictions:
    """What a network says of the samples of one split, beside what is ``given`` for them, right or wrong.

    ``outputs`` are logits, or, of a regression, the numbers that it predicts.
    """

    outputs: Float[np.ndarray, "sample output"]
    given: Given

    @property
    def task(self) -> Task:
        """Classification or regression, by what is given."""
        return task_of(self.given)

    @property
    def losses(self) -> Float[np.ndarray, "sample"]:
        """Each sample's loss under what is given for it: 0 or more, higher is a worse fit."""
        return self.task.losses(self.outputs, self.given)

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """What later stages read of them, by name: logits and probabilities, or outputs of a regression; loss."""
        return {**self.task.kept_outputs(self.outputs), "loss": self.losses}

    @property
    def measure(self) -> float:
        """The accuracy in [0, 1], or, of a regression, the mean squared error."""
        return self.task.measure(self.outputs, self.given)


def predict(network: nn.Module, dataset: LabeledDataset, device: torch.device, *, batch_size: int) -> Predictions:
    """What ``network``, which is on ``device``, says of every sample of ``dataset``, whichever split that is.

    Raises:
        TrainingError: an output is not a finite number.
    """
    outputs = predict_logits(network, as_tensor(dataset.inputs, device), batch_size=batch_size)
    return Predictions(outputs, dataset.given)


def predict_logits(
    network: nn.Module, inputs: Shaped[Tensor, "sample ..."], *, batch_size: int
) -> Float[np.ndarray, "sample class"]:
    """The logits of every sample, in evaluation mode, in order.

    Raises:
        TrainingError: a logit is not a finite number.
    """
    with evaluating(network), torch.inference_mode():
        parts = [network(as_model_input(batch)).float().cpu() for batch in inputs.split(batch_size)]
    logits = torch.cat(parts).numpy()
    finite = np.isfinite(logits).all(1)
    if not finite.all():
        raise TrainingError(
            f"the model's output is NaN or infinite for {np.count_nonzero(~finite)} of {len(logits)} samples, first at "
            f"position {int(np.argmin(finite))}; expected finite numbers: check the inputs, and the weights, which a "
            "learning rate that is too high leaves so"
        )
    return logits


def softmax(logits: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample class"]:
    """Probabilities in [0, 1] that add up to 1 for each sample."""
    return CLASSIFICATION.opinions(logits)


def cross_entropy(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Each sample's loss under its given label: 0 or more, higher is a worse fit."""
    return CLASSIFICATION.losses(logits, labels)


def accuracy(logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]) -> float:
    """The share of samples whose largest logit is that of their given label, in [0, 1]."""
    return CLASSIFICATION.measure(logits, labels)
