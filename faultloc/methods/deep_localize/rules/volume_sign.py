"""A flow's log-determinant in its likelihood: the change of variables says with which sign.

A model that returns values as wide as its inputs, and one number a sample, may be a flow: its Jacobian at a few samples
tells whether the number is the logarithm of its determinant. If so, ``log p(x) = log p(z) + log |det dz/dx|``, whatever
the direction: a loss that grows with the number, alike for all samples, has the sign the wrong way round.

Source: Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP", 2017, equation 3.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.batch_rows import mapped
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in, tensors_in
from faultloc.methods.deep_localize.hooks.loss_graph import gradients_at
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_MOST_FEATURES, _FEWEST, _ALIKE, _STEP = 64, 4, 1e-3, 1e-3
# A log-determinant of 0, as flows often begin with, has no sign; single precision knows it up to about a thousandth.
_TOLD, _CLOSE = 1e-2, 0.2


class VolumeSign:
    """Asks a run's first looks, until one tells: flows often begin as what changes no volume."""

    def __init__(self, model: nn.Module) -> None:
        self._model, self._is_over = model, False

    def look(self, loss: Tensor, calls: Sequence[ForwardCall], outputs: Sequence[Tensor]) -> Iterator[Symptom]:
        """A symptom where a flow's log-determinant makes the loss larger; a call of the model, if it may be a flow."""
        given = first_tensor_in(calls[0].given) if len(calls) == 1 else None
        numbers = None if given is None or self._is_over else _one_a_sample(given, outputs)
        if given is None or numbers is None:
            self._is_over = True
            return
        (gradient,) = gradients_at(loss, [numbers])
        if gradient is None or float((gradient - gradient[0]).abs().max()) > _ALIKE * float(gradient.abs().max()):
            return
        pulls, sign = float(gradient[0]), _sign_of_determinant(self._model, calls[0], given)
        self._is_over = sign is not None
        if sign is not None and pulls * sign > 0:
            yield Symptom(
                "loss.volume_sign", LOSS, pulls, 0,
                f"the model returns {'' if sign > 0 else 'minus '}the logarithm of its Jacobian's determinant, and the "
                "loss makes the volume smaller where a likelihood makes it larger: it enters with the wrong sign",
            )  # fmt: skip


def _one_a_sample(given: Tensor, outputs: Sequence[Tensor]) -> Tensor | None:
    """The only output with one number a sample, beside one that is as wide as the inputs."""
    if not given.is_floating_point() or given.dim() != 2 or len(given) < _FEWEST:
        return None
    if not 1 < given.shape[1] <= _MOST_FEATURES:
        return None
    trained = [one for one in outputs if one.grad_fn is not None]
    numbers = [one for one in trained if one.shape == given.shape[:1]]
    has_values = any(one.shape == given.shape for one in trained)
    return numbers[0] if has_values and len(numbers) == 1 else None


def _sign_of_determinant(model: nn.Module, call: ForwardCall, given: Tensor) -> int | None:
    """1 if the numbers are the log-determinants at the first samples, -1 if they are these negated, None if neither.

    The Jacobian is taken by central differences: all steps of all samples are one batch.
    """
    module = plain_module(call.module)
    if module is None or len(list(tensors_in(list(call.given)))) != 1:
        return None
    features, asked = given.shape[1], given.detach()[:_FEWEST]
    steps = _STEP * torch.eye(features, dtype=given.dtype, device=given.device)
    moved = torch.cat([asked, *((asked[:, None] + way * steps).flatten(0, 1) for way in (1, -1))])
    seen = run_again(model, module, mapped(call.given, lambda _: moved))
    values = None if seen is None else next((one for one in seen.outputs if one.shape == moved.shape), None)
    said = None if seen is None else next((one for one in seen.outputs if one.shape == moved.shape[:1]), None)
    if values is None or said is None:
        return None
    ahead, behind = (part.unflatten(0, (_FEWEST, features)) for part in values[_FEWEST:].double().chunk(2))
    determinant = torch.linalg.slogdet((ahead - behind) / (2 * _STEP)).logabsdet
    size = float(determinant.abs().mean())
    for sign in (1, -1):
        apart = float((said[:_FEWEST].double() - sign * determinant).abs().mean())
        if size > _TOLD and apart < _CLOSE * size:
            return sign
    return None
