"""What a training is made of, sound or with a fault in it."""

from dataclasses import dataclass, field

from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.subject.dataset import Given
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import BatchLoss


@dataclass(frozen=True)
class TrainingSetup:
    """The network before its first step, what it is trained on, how, and by which loss."""

    network: nn.Module
    inputs: Shaped[Tensor, "sample ..."]
    given: Given
    recipe: TrainingRecipe
    batch_loss: BatchLoss


@dataclass(frozen=True)
class FaultyTraining:
    """A training with a fault in it, and the truth about it: the ``places`` and ``phases`` where the fault is.

    A place is a layer's name, ``input``, ``labels``, ``loss`` or ``optimizer``. Where a fault lies between two places,
    as that of a loss that does not fit the last layer, both are right. Both are empty where nothing was planted.
    """

    setup: TrainingSetup
    places: frozenset[str] = field(default=frozenset())
    phases: frozenset[str] = field(default=frozenset())

    def is_at(self, place: str, phase: str) -> bool:
        """Whether ``place`` and ``phase`` are where the fault is."""
        return place in self.places and phase in self.phases
