"""What attributions are of: one number for each sample, the output of its class or what a person's function picks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError, ModelError

# From what the network returns for a batch to the number of each sample that counts, differentiable.
Target = Callable[[Any], Tensor]


@dataclass(frozen=True)
class Explained:
    """The output of each sample's class, or, with a ``target``, the number that it picks; the classes then only count.

    A target serves networks that return several things (a detector) or no classes (a regression).
    """

    classes: Int[np.ndarray, "sample"]
    target: Target | None = None

    def scores(self, outputs: object) -> Float[Tensor, "sample"]:
        """The number of each sample, of what the network returned.

        Raises:
            ModelError: there is no target, and the outputs are not a row of numbers for each sample.
            DataError: there is no target, and a class has no output.
            ConfigError: the target fails, or gives something else than a number for each sample.
        """
        return self._of_classes(outputs) if self.target is None else self._of_target(outputs, self.target)

    def repeated(self, times: int) -> "Explained":
        """For a batch that holds all samples several times, one round after the other."""
        return replace(self, classes=np.tile(self.classes, times))

    def _of_classes(self, outputs: object) -> Float[Tensor, "sample"]:
        if not isinstance(outputs, Tensor) or outputs.ndim != 2 or not outputs.is_floating_point():
            found = f"the shape {list(outputs.shape)}" if isinstance(outputs, Tensor) else type(outputs).__name__
            raise ModelError(
                f"the model gives {found} for {len(self.classes)} samples; expected a row of numbers for each, one a "
                "class: name a function that picks the number that counts of each sample (--target "
                "package.module:function)"
            )
        if not ((self.classes >= 0) & (self.classes < outputs.shape[1])).all():
            raise DataError(
                f"the classes reach from {self.classes.min()} to {self.classes.max()}, but the model has "
                f"{outputs.shape[1]} outputs; expected numbers from 0 to {outputs.shape[1] - 1}"
            )
        places = torch.from_numpy(self.classes.astype(np.int64)).to(outputs.device)
        return outputs.gather(1, places[:, None])[:, 0]

    def _of_target(self, outputs: object, target: Target) -> Float[Tensor, "sample"]:
        name = getattr(target, "__qualname__", type(target).__name__)
        try:
            picked = target(outputs)
        except Exception as error:  # whatever a person's own code raises
            raise ConfigError(
                f"the target {name} fails on what the model gives, {_described(outputs)}: "
                f"{type(error).__name__}: {error}"
            ) from error
        if not isinstance(picked, Tensor) or picked.shape != (len(self.classes),) or not picked.is_floating_point():
            raise ConfigError(
                f"the target {name} gives {_described(picked)} for {len(self.classes)} samples; expected a tensor of "
                f"the shape [{len(self.classes)}], one real number a sample"
            )
        return picked


def _described(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of {str(value.dtype).removeprefix('torch.')} of the shape {list(value.shape)}"
    if isinstance(value, Mapping):
        return f"a {type(value).__name__} of {', '.join(map(str, value))}"
    return f"a {type(value).__name__}"


# From a network, a batch of what it takes, what is explained, and the names of calls of layers ("conv", "conv@2" for
# its second call) to a tensor a call: as the layer's output, or with a number a sample and unit. What is random draws
# from the generator.
Attribution = Callable[[nn.Module, Tensor, Explained, Sequence[str], np.random.Generator], Mapping[str, Tensor]]
