"""The subject: what all methods examine."""

from dataclasses import dataclass

from torch import nn

from faultloc.subject.architecture import Architecture
from faultloc.subject.recipe import TrainingRecipe


@dataclass(frozen=True)
class Subject:
    """A trained network, what it was built from, and how it was trained."""

    network: nn.Module
    architecture: Architecture
    recipe: TrainingRecipe
