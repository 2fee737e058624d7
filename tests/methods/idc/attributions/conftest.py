"""What every attribution is called with."""

from collections.abc import Callable

import numpy as np
import pytest
from torch import Tensor, nn

from faultloc.methods.idc.attributions import ATTRIBUTIONS
from faultloc.methods.idc.attributions.explained import Explained, Target

Read = Callable[..., dict[str, Tensor]]


@pytest.fixture
def read() -> Read:
    """An attribution by name, of a network, inputs, classes and layers."""

    def call(
        name: str, network: nn.Module, data: tuple[Tensor, np.ndarray], layers: list[str], target: Target | None = None
    ) -> dict[str, Tensor]:
        inputs, classes = data
        return dict(ATTRIBUTIONS[name](network, inputs, Explained(classes, target), layers, np.random.default_rng(3)))

    return call
