"""What a network says about samples: logits, probabilities, losses."""

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.errors import TrainingError
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input
from faultloc.subject.task import CLASSIFICATION


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
            f"position {int(np.argmin(finite))}; expected finite numbers: check the inputs, or lower the learning rate"
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
