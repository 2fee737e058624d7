"""Layers with weights: what they compute of an input and any weights, and how a rule shares relevance among inputs."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.probes.relevance.call import Back, Call
from faultloc.probes.relevance.rules.rule import Rule, Share, Term

_FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    name: getattr(F, name)
    for name in ("linear", *(f"{kind}{axes}d" for kind in ("conv", "conv_transpose") for axes in (1, 2, 3)))
}
Apply = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@dataclass(frozen=True)
class Weighted:
    """A layer as a function of (input, weight, bias), with the weights that it has.

    ``groups`` is 0 unless the layer is a transposed convolution, whose weights lie the other way round.
    """

    kind: Literal["linear", "convolution"]
    apply: Apply
    weight: Tensor
    bias: Tensor | None
    groups: int = 0

    @property
    def channels(self) -> int:
        """How many channels, or features, the layer gives."""
        return self.weight.shape[1] * self.groups if self.groups else self.weight.shape[0]

    def scaled(self, scale: Float[Tensor, "_"], shift: Float[Tensor, "_"]) -> "Weighted":
        """The layer whose output is that of this one times ``scale`` plus ``shift``, a number a channel."""
        bias = shift if self.bias is None else self.bias * scale + shift
        ones = [1] * (self.weight.dim() - 2)
        if self.groups == 0:
            return replace(self, weight=self.weight * scale.reshape(-1, 1, *ones), bias=bias)
        grouped = self.weight.unflatten(0, (self.groups, -1)) * scale.reshape(self.groups, 1, -1, *ones)
        return replace(self, weight=grouped.flatten(0, 1), bias=bias)


def weighted_layer(layer: nn.Module) -> Weighted | None:
    """The layer as a function of its weights; None unless it is linear or a convolution."""
    if isinstance(layer, nn.Linear):
        return Weighted("linear", F.linear, layer.weight.detach(), _detached(layer.bias))
    if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):  # pads as the layer says
        return Weighted("convolution", layer._conv_forward, layer.weight.detach(), _detached(layer.bias))
    if isinstance(layer, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d):
        function = _FUNCTIONS[f"conv_transpose{len(layer.kernel_size)}d"]
        settings = (layer.stride, layer.padding, layer.output_padding, layer.groups, layer.dilation)

        def apply(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
            return function(inputs, weight, bias, *settings)

        return Weighted("convolution", apply, layer.weight.detach(), _detached(layer.bias), layer.groups)
    return None


def weighted_function(call: Call) -> Weighted | None:
    """A call of ``linear`` or a convolution of torch.nn.functional likewise; None for any other operation."""
    name = getattr(call.node.target, "__name__", "")
    if _FUNCTIONS.get(name) is not call.node.target:
        return None
    args, settings = call.arguments()
    given = dict(zip(("input", "weight", "bias"), args, strict=False))
    given |= {part: settings.pop(part) for part in ("input", "weight", "bias") if part in settings}
    if len(call.carriers) != 1 or given["input"] is not call.given():
        return None  # the weights depend on the sample

    def apply(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return _FUNCTIONS[name](inputs, weight, bias, *args[3:], **settings)

    kind: Literal["linear", "convolution"] = "linear" if name == "linear" else "convolution"
    return Weighted(kind, apply, given["weight"], given.get("bias"))


def share_by_rule(layer: Weighted) -> Callable[[Call, Rule], tuple[object, Back]]:
    """Through a layer with weights, the way the rule shares for its kind."""

    def handle(call: Call, rule: Rule) -> tuple[object, Back]:
        shares = rule.linear if layer.kind == "linear" else rule.convolution
        # The forward pass serves again where the rule looks at the layer's own output.
        is_followed = any(_is_plain(share) for share in shares)
        leaf = call.given().detach().requires_grad_(is_followed)
        with torch.set_grad_enabled(is_followed):
            outputs = layer.apply(leaf, layer.weight, layer.bias)

        def back(relevance: object) -> list[Tensor]:
            assert isinstance(relevance, Tensor)
            return [_added([_shared(share, rule, layer, leaf, outputs, relevance) for share in shares])]

        return outputs.detach(), back

    return handle


def _is_plain(share: Share) -> bool:
    return share.outputs is None and share.factor == 1 and len(share.terms) == 1 and share.terms[0].is_plain


def _shared(
    share: Share, rule: Rule, layer: Weighted, leaf: Tensor, outputs: Tensor, relevance: Tensor
) -> Float[Tensor, "..."]:
    """The relevance of the inputs by one share: of every term ``input * weight^T (relevance / sum of the terms)``."""
    if _is_plain(share):
        (slopes,) = torch.autograd.grad(outputs, leaf, relevance / rule.stabilise(outputs.detach()))
        return leaf.detach() * slopes
    if share.factor != 1:
        relevance = relevance * share.factor
    if share.outputs is not None:
        relevance = relevance * share.outputs(outputs)
        if not relevance.any():
            return torch.zeros_like(leaf)
    inputs, sums = [], []
    for term in share.terms:
        modified = term.inputs(leaf.detach())
        # Behind a ReLU no input is below 0: half of the work of a rule that looks at both signs.
        if term.bias is None and not modified.any():
            continue
        inputs.append(modified.detach().requires_grad_())
        with torch.enable_grad():
            sums.append(layer.apply(inputs[-1], term.weight(layer.weight), _bias(term, layer)))
    if not sums:
        return torch.zeros_like(leaf)
    shares = relevance / rule.stabilise(_added([each.detach() for each in sums]))
    parts = [
        modified.detach() * slope
        for modified, slope in zip(inputs, torch.autograd.grad(sums, inputs, [shares] * len(sums)), strict=True)
    ]
    return _added(parts)


def _added(parts: list[Tensor]) -> Float[Tensor, "..."]:
    return reduce(operator.add, parts)


def _bias(term: Term, layer: Weighted) -> Tensor | None:
    return None if term.bias is None or layer.bias is None else term.bias(layer.bias)


def _detached(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.detach()
