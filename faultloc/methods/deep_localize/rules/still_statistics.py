"""Running statistics of batch normalisation that never followed the batches, so that evaluation is another network."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace

# Deviations that a channel's mean lies off, times that its deviation is larger or smaller, and the share of channels.
_OFF, _TIMES, _SHARE = 1.0, 2.0, 0.5
_MANY = 4


class StillStatistics:
    """The layers that trained on their batches' own statistics while their running ones stood as they began."""

    def __init__(self) -> None:
        # By the layer's identity: the share of channels whose running statistics are far off.
        self._far: dict[int, float] = {}
        # Of those that keep none: the most samples of a batch.
        self._samples: dict[int, int] = {}

    def look(self, trace: LayerTrace) -> None:
        """Looks at the batches of a training step; of layers whose statistics move there is nothing to be kept."""
        for call in trace.calls:
            if _is_still(call.layer) and call.layer.training and call.first_input is not None:
                self._far[id(call.layer)] = _share_off(call.first_input.detach())
            if _keeps_none(call.layer) and call.first_input is not None and call.first_input.dim() > 1:
                count = len(call.first_input)
                self._samples[id(call.layer)] = max(count, self._samples.get(id(call.layer), 0))

    def evaluated(self, module: nn.Module, given: Tensor | None) -> Iterator[Symptom]:
        """A symptom when ``module`` is called in evaluation mode: it normalises by what it began with, 0 and 1.

        Or by ``given`` alone, one sample, where it keeps no statistics and has trained on batches of many.
        """
        for name, layer in module.named_modules() if self._samples and given is not None and len(given) == 1 else ():
            trained = self._samples.get(id(layer), 0)
            if trained >= _MANY and not layer.training:
                yield Symptom(
                    "model.few_values", name or "model", 1, trained,
                    f"this {type(layer).__name__} keeps no running statistics: it has trained on batches of {trained} "
                    "samples, and is evaluated on one, by whose own mean and deviation it is normalised",
                    advice="let it keep running statistics: leave out track_running_stats=False",
                )  # fmt: skip
                return
        for name, layer in module.named_modules() if self._far else ():
            far = self._far.get(id(layer), 0.0)
            if far >= _SHARE and not layer.training and _is_still(layer):
                yield Symptom(
                    "model.still_statistics", name or "model", far, _SHARE,
                    f"this {type(layer).__name__} with momentum={layer.momentum:g} has means of 0 and variances of 1 "
                    f"as it began, and {far:.0%} of its channels are far from that in training: the model is evaluated "
                    "as another network than was trained",
                )  # fmt: skip
                return


def _is_still(layer: nn.Module) -> bool:
    """Whether the layer has trained and its running statistics are those that it was made with."""
    if not isinstance(layer, nn.modules.batchnorm._BatchNorm) or layer.momentum != 0:
        return False
    mean, variance = layer.running_mean, layer.running_var
    return mean is not None and variance is not None and not bool(mean.any()) and bool((variance == 1).all())


def _keeps_none(layer: nn.Module) -> bool:
    return isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.running_mean is None


def _share_off(values: Tensor) -> float:
    """The share of channels whose mean or deviation in ``values`` is not about 0 and 1, in [0, 1]."""
    if values.dim() < 2 or not values.is_floating_point() or not values.numel():
        return 0.0
    channels = values.float().transpose(0, 1).flatten(1)
    mean, deviation = channels.mean(1), channels.std(1, correction=0)
    is_off = (mean.abs() > _OFF * deviation.clamp_min(1e-12)) & (mean.abs() > _OFF / 10)
    is_off |= (deviation > _TIMES) | (deviation < 1 / _TIMES)
    return float(torch.mean(is_off.float()))
