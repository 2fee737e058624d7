"""Probabilities from networks that have not seen the sample: what cleanlab asks for."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.errors import DataError
from faultloc.probes.predictions import predict_logits, softmax
from faultloc.settings_check import check_number
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import EpochRecord, train_network


def assign_folds(
    labels: Int[np.ndarray, "sample"], folds: int, generator: np.random.Generator
) -> Int[np.ndarray, "sample"]:
    """The fold, from 0, of every sample: folds are of one size, and each has its share of every given label.

    Raises:
        ConfigError: ``folds`` is below 2.
        DataError: there are fewer samples than folds.
    """
    check_number("peers.cross_validation.folds", folds, at_least=2, whole=True)
    if len(labels) < folds:
        raise DataError(f"{len(labels)} samples cannot be split into {folds} folds; expected a sample in each")
    # Dealt out like cards, one label after the other, each in random order.
    dealt = generator.permutation(len(labels))
    dealt = dealt[np.argsort(labels[dealt], kind="stable")]
    fold_of = np.zeros(len(labels), dtype=np.int64)
    fold_of[dealt] = np.arange(len(labels)) % folds
    return fold_of


def cross_validated_probabilities(
    build: Callable[[int], nn.Module],
    inputs: Shaped[Tensor, "sample ..."],
    labels: Int[np.ndarray, "sample"],
    fold_of: Int[np.ndarray, "sample"],
    recipe: TrainingRecipe,
    generators: Sequence[torch.Generator],
    *,
    batch_size: int,
    workers: int = 1,
    on_epoch: Callable[[int, EpochRecord], object] = lambda fold, record: None,
) -> Float[np.ndarray, "sample class"]:
    """For every sample the probabilities of a network that was trained by ``recipe`` on all other folds than its own.

    ``build`` gives the fresh network of a fold, on the device of ``inputs``; there is one of ``generators`` for each.
    ``batch_size`` is that of the predictions. The result does not depend on the number of ``workers``.
    """

    def predict_fold(fold: int) -> Float[np.ndarray, "out class"]:
        network, out = build(fold), fold_of == fold
        train_network(
            network,
            inputs,
            labels,
            np.flatnonzero(~out),
            recipe,
            generators[fold],
            on_epoch=partial(on_epoch, fold),
        )
        left_out = inputs[torch.from_numpy(out).to(inputs.device)]
        return softmax(predict_logits(network, left_out, batch_size=batch_size))

    folds = range(len(generators))
    parts = run_in_parallel([partial(predict_fold, fold) for fold in folds], workers)
    probabilities = np.zeros((len(labels), parts[0].shape[1]), dtype=np.float32)
    for fold, part in zip(folds, parts, strict=True):
        probabilities[fold_of == fold] = part
    return probabilities
