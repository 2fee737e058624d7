"""The model that options name."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Shaped
from torch import nn

from faultloc.io.models import LoadedModel, load_model
from faultloc.own.classifier import in_single_precision
from faultloc.own.options import ModelOptions
from faultloc.own.scaling import scaled
from faultloc.subject.recipe import TrainingRecipe

# Where a checkpoint does not say how its model was trained. Source: the defaults of DFauLo's authors.
_FALLBACK = TrainingRecipe("Adam", 1, 1, {"lr": 0.001})


@dataclass(frozen=True)
class OwnModel:
    """The network, behind the scaling of its inputs; ``loaded`` is what its file says."""

    network: nn.Module
    loaded: LoadedModel
    digest: str

    @property
    def names_optimizer(self) -> bool:
        """Whether its file says by which optimizer it was trained."""
        return self.loaded.training.optimizer is not None

    def recipe(self, *, epochs: int, batch_size: int) -> TrainingRecipe:
        """How to train it on: by the stored optimizer and schedule where there are some, else by Adam."""
        stored = self.loaded.training
        if stored.optimizer is None:
            return replace(_FALLBACK, epochs=epochs, batch_size=batch_size)
        return TrainingRecipe(
            optimizer=stored.optimizer,
            optimizer_options=stored.optimizer_options,
            scheduler=stored.scheduler,
            scheduler_options=stored.scheduler_options,
            epochs=epochs,
            batch_size=batch_size,
        )


def read_own_model(
    options: ModelOptions, *, num_classes: int, example: Shaped[np.ndarray, "sample ..."], vocabulary_size: int
) -> OwnModel:
    """The model of ``options``, for samples such as ``example``.

    Raises:
        ModelError: it cannot be read.
        ConfigError: mean and standard deviation do not fit each other or the samples.
    """
    loaded = load_model(
        options.model,
        arch=options.arch,
        trust=options.trust_checkpoint,
        num_classes=num_classes,
        input_shape=example.shape[1:],
        vocabulary_size=vocabulary_size,
        weights=options.weights,
        weights_key=options.weights_key,
    )
    network, notes = in_single_precision(loaded.network)
    if not any(weight.requires_grad for weight in network.parameters()):
        network.requires_grad_()  # frozen to be used; what trains it on trains all of it
    loaded = replace(loaded, network=network, notes=(*loaded.notes, *notes))
    network = scaled(network, options.mean, options.std, example, prefix="--")
    return OwnModel(network, loaded, f"{loaded.digest} {options.mean} {options.std}")
