"""The drawn digits of one seed and the network that is trained on them, kept in a folder so that it is trained once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf
from safetensors.torch import load_file, save_file
from torch import nn

from faultloc.faults.inputs.names import split_causes
from faultloc.io.datasets.rendered import read_rendered
from faultloc.methods.hudd.errors import Errors, find_errors
from faultloc.probes.predictions import predict
from faultloc.subject.architecture import Architecture
from faultloc.subject.examination import Examination
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.splits import DatasetSplits
from faultloc.subject.training import train_network
from stages.compose import composed

CPU = torch.device("cpu")
BATCH_SIZE = 512
# Of the test images without a cause: below, the network has not learned its task, and its errors are not of the causes.
LEAST_CLEAN_ACCURACY = 0.95


@dataclass(frozen=True)
class Case:
    """One seed: data, network, the test set's errors and the causes planted in each, the accuracy without a cause."""

    seed: int
    splits: DatasetSplits
    network: nn.Module
    recipe: TrainingRecipe
    errors: Errors
    causes: list[tuple[str, ...]]
    clean_accuracy: float

    @property
    def examination(self) -> Examination:
        """The test set under the network."""
        assert self.splits.test is not None
        return Examination(self.network, self.splits.test, self.seed, CPU, BATCH_SIZE)


def load_case(seed: int, kept: Path) -> Case:
    """Draws, trains unless ``kept`` has the weights, and finds the errors; all as the stages do with these seeds."""
    torch.set_num_threads(1)  # as in the stages: two threads give other bits
    params = composed(["dataset=rendered", f"seed={seed}", f"dataset.seed={seed}"])
    settings = OmegaConf.to_container(params.dataset, resolve=True)
    assert isinstance(settings, dict)
    for name in ("_target_", "name", "watch", "subset", "test_subset", "stratified"):
        settings.pop(name)
    splits = read_rendered(**settings)
    architecture = Architecture.from_settings(
        OmegaConf.to_container(params.model, resolve=True)
    ).fitted_to(  # type: ignore[arg-type]
        input_shape=splits.train.inputs.shape[1:], num_classes=10, vocabulary_size=0
    )
    recipe = TrainingRecipe.from_settings(OmegaConf.to_container(params.train, resolve=True))  # type: ignore[arg-type]
    network = architecture.build(torch_generator(seed, "train", "weights"))
    weights = kept / f"{architecture.target.rpartition('.')[2]}-{seed}.safetensors"
    if weights.exists():
        network.load_state_dict(load_file(weights))
    else:
        train = splits.train
        inputs = torch.from_numpy(train.inputs)
        places = np.arange(len(train))
        train_network(network, inputs, train.given, places, recipe, torch_generator(seed, "train", "epochs"))
        kept.mkdir(parents=True, exist_ok=True)
        save_file(network.state_dict(), weights)
    network.eval()
    assert splits.test is not None and splits.causes is not None
    outputs = predict(network, splits.test, CPU, batch_size=BATCH_SIZE).outputs
    errors = find_errors(outputs, splits.test.labels)
    causes = split_causes(splits.causes["test"])
    clean = np.array([not names for names in causes])
    accuracy = float((outputs.argmax(1) == splits.test.labels)[clean].mean())
    return Case(seed, splits, network, recipe, errors, [causes[place] for place in errors.places], accuracy)
