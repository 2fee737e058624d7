"""HUDD's heatmaps: the relevance of what flows into each layer for the class that the network predicts."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float, Shaped
from numpy import ndarray
from torch import Tensor, nn

from faultloc.probes.relevance.reading import read_relevance
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory


def heatmaps(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    layers: Sequence[str],
    *,
    rule: str,
    batch_size: int,
    allocate: Allocate = allocate_in_memory,
) -> Mapping[str, Float[ndarray, "sample ..."]]:
    """The heatmap of each sample at each layer, as it is: an array a layer, float32, with the shape of what flows in.

    Relevance starts at the largest logit alone, whether that is right or wrong.

    Raises:
        ConfigError, ModelError, TrainingError: as `read_relevance` does.

    Source: section III-A of the paper; as released, at the input of each layer, without scaling.
    """
    return read_relevance(
        network, inputs, None, rule=rule, layers=layers, side="input", batch_size=batch_size, allocate=allocate
    )
