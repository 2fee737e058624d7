"""What the layers say of the errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped


@dataclass(frozen=True)
class Evidence:
    """What each layer says of every error: an array a layer, the errors first; ``last_convolution`` is one of them."""

    by_layer: Mapping[str, Shaped[np.ndarray, "error ..."]]
    last_convolution: str


# Where a model makes no error.
NO_EVIDENCE = Evidence({}, "")
