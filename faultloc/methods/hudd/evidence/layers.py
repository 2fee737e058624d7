"""Which layers give evidence: what flows into each convolution and linear layer."""

from collections.abc import Sequence

from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.probes.layers import find_layer, record_calls

_CONVOLUTIONS = (
    nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d,
)  # fmt: skip


def evidence_layers(
    network: nn.Module, example: Shaped[Tensor, "sample ..."], asked: Sequence[str] | None
) -> list[str]:
    """The layers to look at, in the order in which ``example`` passes them: those that are ``asked`` for.

    For None, the convolutional and linear layers that samples pass.

    Raises:
        ModelError: there is no such layer, samples do not pass it, or there is no layer with weights.
    """
    for name in asked or ():
        find_layer(network, name)
    calls = record_calls(
        network, example, lambda module: isinstance(module, (*_CONVOLUTIONS, nn.Linear)) if asked is None else True
    )
    passed = list(dict.fromkeys(call.name for call in calls if len(call.input_shape) > 1))
    if asked is not None:
        for name in asked:
            if name not in passed:
                raise ModelError(
                    f"the samples do not pass through the layer {name!r} of {type(network).__name__}; they pass "
                    f"through: {', '.join(passed)}"
                )
        return [name for name in passed if name in set(asked)]
    if not passed:
        raise ModelError(
            f"{type(network).__name__} has no convolutional or linear layer that samples pass; name the layers to look "
            "at (hudd.heatmaps.layers)"
        )
    return passed


def last_convolution(network: nn.Module, layers: Sequence[str]) -> str:
    """Of ``layers`` the last convolution; of a network without one, the last layer."""
    found = [name for name in layers if isinstance(network.get_submodule(name), _CONVOLUTIONS)]
    return found[-1] if found else layers[-1]
