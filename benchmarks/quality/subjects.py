"""Trains the subjects: normally, and on until they have memorised their faults."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.quality.cases import Case
from benchmarks.quality.data import faulty_dataset
from benchmarks.quality.networks import architecture
from faultloc.evaluation.baselines import label_margin
from faultloc.peers.cross_validation import cross_validated_probabilities
from faultloc.probes.predictions import predict_logits
from faultloc.subject.architecture import Architecture
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import numpy_generator, torch_generator
from faultloc.subject.training import EpochRecord, train_network

NORMAL_EPOCHS = 10
MOST_EPOCHS = 120
# Memorised: this share of the wrong labels is what the network says, too.
MEMORISED = 0.99
RECIPE = TrainingRecipe("Adam", NORMAL_EPOCHS, 64, {"lr": 1e-3})


class _EnoughError(Exception):
    """The network has memorised its faults."""


def case_architecture(case: Case, dataset, vocabulary: tuple[str, ...]) -> Architecture:
    """The network of ``case``."""
    return architecture(
        case.architecture,
        input_shape=dataset.inputs.shape[1:],
        num_classes=len(dataset.class_names),
        vocabulary_size=len(vocabulary),
    )


def train_subject(case: Case, root: Path) -> Mapping[str, np.ndarray]:
    """``<training>/``: the weights by name, logits, the number of epochs, and the mean margin over them (``aum``)."""
    faulty, vocabulary = faulty_dataset(case, root)
    labels = faulty.dataset.labels
    is_fault = np.zeros(len(labels), bool) if faulty.truth is None else faulty.truth.is_fault
    inputs = torch.from_numpy(np.ascontiguousarray(faulty.dataset.inputs))
    network = case_architecture(case, faulty.dataset, vocabulary).build(
        torch_generator(case.seed, "subject", case.name)
    )
    kept: dict[str, np.ndarray] = {}
    margins = np.zeros(len(labels))

    def keep(training: str, logits: np.ndarray, epoch: int) -> None:
        kept[f"{training}/logits"], kept[f"{training}/aum"] = logits, margins / epoch
        kept[f"{training}/epochs"] = np.array(epoch)
        for name, tensor in network.state_dict().items():
            kept[f"{training}/weights/{name}"] = tensor.detach().numpy().copy()

    def on_epoch(record: EpochRecord) -> None:
        logits = predict_logits(network, inputs, batch_size=512)
        margins[:] += label_margin(logits, labels)
        if record.epoch == NORMAL_EPOCHS:
            keep("normal", logits, record.epoch)
        if case.memorise and record.epoch > NORMAL_EPOCHS:
            fitted = (logits.argmax(axis=1) == labels)[is_fault].mean()
            if fitted >= MEMORISED or record.epoch == MOST_EPOCHS:
                kept["memorised/fitted"] = np.array(fitted)
                keep("memorised", logits, record.epoch)
                raise _EnoughError

    epochs = MOST_EPOCHS if case.memorise else NORMAL_EPOCHS
    recipe = TrainingRecipe(RECIPE.optimizer, epochs, RECIPE.batch_size, RECIPE.optimizer_options)
    try:
        generator = torch_generator(case.seed, "training", case.name)
        train_network(network, inputs, labels, np.arange(len(labels)), recipe, generator, on_epoch=on_epoch)
    except _EnoughError:
        pass
    return kept


def cross_validated(case: Case, root: Path, folds: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities from models that were not trained on the sample, and the labels; the normal recipe."""
    faulty, vocabulary = faulty_dataset(case, root)
    labels = faulty.dataset.labels
    inputs = torch.from_numpy(np.ascontiguousarray(faulty.dataset.inputs))
    fold_of = numpy_generator(case.seed, "folds", case.name).permutation(len(labels)) % folds
    items = [f"{case.name}/fold{fold}" for fold in range(folds)]

    def build(fold: int) -> nn.Module:
        generator = torch_generator(case.seed, "subject", items[fold])
        return case_architecture(case, faulty.dataset, vocabulary).build(generator)

    generators = [torch_generator(case.seed, "training", item) for item in items]
    probabilities = cross_validated_probabilities(build, inputs, labels, fold_of, RECIPE, generators, batch_size=512)
    return probabilities, labels
