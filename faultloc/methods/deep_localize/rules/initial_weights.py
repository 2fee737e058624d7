"""Initial weights that are too large for the layer's number of inputs."""

from collections.abc import Iterator

import torch
from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.layer_trace import owner_of

# The gain of a unit: He's initial weights have 1.4, torch's own 0.6.
_MOST_GAIN = 5
_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def check_initial_weights(model: nn.Module) -> Iterator[Symptom]:
    """A doubt on the linear or convolutional layer whose weights blow up what goes in the most.

    Trained weights may well be that large: it is a fault only where the model does not learn.
    """
    weights = {
        f"{name}.weight": layer.weight.detach()
        for name, layer in model.named_modules()
        if isinstance(layer, _LAYERS) and isinstance(layer.weight, torch.Tensor) and layer.weight.numel() > 1
    }
    if not weights:
        return
    norms = torch.stack([norm.float() for norm in torch._foreach_norm(list(weights.values()))]).tolist()
    # The root mean square of a row's norm: how much larger outputs are than inputs that do not depend on one another.
    gains = {name: norm / len(weight) ** 0.5 for (name, weight), norm in zip(weights.items(), norms, strict=True)}
    name, gain = max(gains.items(), key=lambda pair: pair[1])
    if gain > _MOST_GAIN:
        yield Symptom(
            "weights.scale", owner_of(name), gain, _MOST_GAIN,
            f"the initial weights of {name} make its outputs about {gain:.2g} times as large as its inputs, where 0.5 "
            "to 1.5 times is usual",
        )  # fmt: skip
