"""A network named by its import path, so that weights can be read without unpickling code."""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.subject.batches import as_model_input
from faultloc.subject.seeding import isolated_torch_rng
from faultloc.subject.task import CLASSIFICATION, Task


@dataclass(frozen=True)
class Architecture:
    """The import path of a ``torch.nn.Module`` class (or of a function that returns a module) and its arguments."""

    target: str
    arguments: Mapping[str, object]

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> "Architecture":
        """The architecture of a configuration that holds ``_target_`` beside the arguments (and ``watch``, for DVC)."""
        arguments = {name: value for name, value in settings.items() if name != "watch"}
        return cls(str(arguments.pop("_target_")), arguments)

    def fitted_to(self, *, input_shape: Sequence[int], num_classes: int, vocabulary_size: int) -> "Architecture":
        """The architecture with those facts of the data set that its class asks for by name and that nobody set."""
        facts = {"input_shape": list(input_shape), "num_classes": num_classes, "vocabulary_size": vocabulary_size}
        asked = inspect.signature(_imported(self.target)).parameters
        wanted = {name: value for name, value in facts.items() if name in asked and name not in self.arguments}
        return Architecture(self.target, {**self.arguments, **wanted})

    def build(self, generator: torch.Generator) -> nn.Module:
        """The network with fresh weights drawn from ``generator``.

        Raises:
            ModelError: the import path leads nowhere, or the class does not take the arguments.
        """
        factory = _imported(self.target)
        try:
            with isolated_torch_rng(generator):
                network = factory(**self.arguments)
        except TypeError as error:
            raise ModelError(f"{self.target} does not take the arguments {dict(self.arguments)}: {error}") from error
        if not isinstance(network, nn.Module):
            raise ModelError(f"{self.target} gave a {type(network).__name__}; expected a torch.nn.Module")
        return network


def check_outputs(network: nn.Module, example: Tensor, num_classes: int, task: Task = CLASSIFICATION) -> int:
    """How many logits ``network`` gives each sample of ``example``; ``task`` needs ``num_classes`` of them.

    Raises:
        ModelError: it cannot take the inputs, gives something else, or fewer logits than ``num_classes``; for a
            regression another number of outputs.
    """
    was_training = network.training
    network.eval()
    try:
        with torch.no_grad():
            outputs = network(as_model_input(example))
    except (RuntimeError, TypeError, IndexError) as error:
        first_line = str(error).splitlines()[0]
        raise ModelError(
            f"{type(network).__name__} cannot take inputs of shape {tuple(example.shape[1:])} ({example.dtype}): "
            f"{first_line}; choose a model for this kind of data, or give it inputs of the size that it takes"
        ) from error
    finally:
        network.train(was_training)
    if not isinstance(outputs, Tensor) or outputs.ndim != 2:
        found = tuple(outputs.shape) if isinstance(outputs, Tensor) else type(outputs).__name__
        raise ModelError(f"{type(network).__name__} returns {found}; expected logits of shape (samples, classes)")
    misfit = task.misfit(type(network).__name__, outputs.shape[1], num_classes)
    if misfit:
        raise ModelError(misfit)
    return outputs.shape[1]


def _imported(target: str) -> Callable[..., object]:
    module_name, _, name = target.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ModelError(
            f"the model {target!r} cannot be imported ({error}); expected a class, as in package.module.Class"
        ) from error
