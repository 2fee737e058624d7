"""Where in an image a network looked, at a size for people."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.probes.relevance.reading import INPUT, iterate_relevance
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# A heatmap laid over a picture shows no more than so many squares a side.
_SIDE = 64


def read_input_relevance(
    network: nn.Module,
    images: Shaped[Tensor, "image channel height width"],
    *,
    rule: str,
    batch_size: int,
    allocate: Allocate = allocate_in_memory,
) -> Float[np.ndarray, "image row column"]:
    """The relevance of each place of an image for the class that the network says, summed over the channels.

    Above 0 speaks for the class, below 0 against it; the sizes of an image's numbers add up to 1, or are all 0, so that
    images count the same where they are averaged. Larger images are averaged down to 64 squares a side.

    Raises:
        ModelError: the network cannot be traced, or does an operation without a rule.
        TrainingError: a logit or a relevance is not a finite number, or the rule diverges.
    """
    sides = [min(_SIDE, side) for side in images.shape[2:]]
    found = allocate((len(images), *sides), np.float32)
    batches = iterate_relevance(network, images, None, rule=rule, layers=[INPUT], batch_size=batch_size)
    for start, batch in zip(range(0, len(images), batch_size), batches, strict=True):
        places = F.adaptive_avg_pool2d(batch[INPUT].sum(1, keepdim=True), (sides[0], sides[1]))[:, 0]
        size = places.abs().sum((1, 2), keepdim=True)
        found[start : start + len(places)] = (places / torch.where(size > 0, size, 1)).cpu().numpy()
    return found
