"""Attention: its weights count as constants, so that all relevance flows through the values that are averaged.

Source: Ali et al., "XAI for Transformers: Better Explanations through Conservative Propagation", ICML 2022.
Differs: a layer normalisation passes relevance on as it is (the identity rule of Achtibat et al., "AttnLRP:
Attention-Aware Layer-Wise Relevance Propagation for Transformers", ICML 2024), which conserves it whatever its weights.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from faultloc.errors import ModelError
from faultloc.probes.relevance.call import Back, Call, Relevance
from faultloc.probes.relevance.rules.rule import Rule


def is_weighting(network: nn.Module, node: fx.Node) -> bool:
    """Whether ``node`` is a softmax, whose result weighs other values and carries no relevance itself."""
    if node.op == "call_module":
        return isinstance(network.get_submodule(str(node.target)), nn.Softmax | nn.Softmax2d | nn.LogSoftmax)
    name = node.target if node.op == "call_method" else getattr(node.target, "__name__", "")
    return node.op in ("call_function", "call_method") and name in ("softmax", "log_softmax")


def share_attention(call: Call, rule: Rule) -> tuple[object, Back]:
    """Of scaled dot-product attention: to the values, in proportion to what each adds to the weighted mean."""
    leaves, means = call.followed()
    assert isinstance(means, Tensor)

    def back(relevance: Relevance) -> list[Tensor | None]:
        assert isinstance(relevance, Tensor)
        _, _, values = leaves
        (slopes,) = torch.autograd.grad(means, values, relevance / rule.stabilise(means.detach()))
        return [None, None, values.detach() * slopes]

    return means.detach(), back


def plain_forward(layer: nn.Module) -> Callable | None:
    """The forward of torch's own attention layers in operations that can be followed; None for any other layer."""
    if isinstance(layer, nn.MultiheadAttention):
        return partial(_attend, layer)
    if isinstance(layer, nn.TransformerEncoderLayer):
        return partial(_encode, layer)
    return partial(_encode_all, layer) if isinstance(layer, nn.TransformerEncoder) else None


def _attend(
    layer: nn.MultiheadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, None]:
    if not (key_padding_mask is None and attn_mask is None and layer.bias_k is None and not layer.add_zero_attn):
        raise ModelError("a mask or an added key of torch.nn.MultiheadAttention has no rule")
    weights = (
        layer.in_proj_weight.chunk(3)
        if layer.in_proj_weight is not None
        else (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight)
    )
    biases = (None,) * 3 if layer.in_proj_bias is None else layer.in_proj_bias.chunk(3)
    heads = []
    for place, given in enumerate((query, key, value)):  # while tracing, chunks can be picked but not iterated
        steps = given if layer.batch_first else given.transpose(0, 1)
        projected = F.linear(steps, weights[place], biases[place])
        heads.append(projected.unflatten(-1, (layer.num_heads, -1)).transpose(1, 2))
    joined = F.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
    answer = layer.out_proj(joined)
    return (answer if layer.batch_first else answer.transpose(0, 1)), None


def _encode(
    layer: nn.TransformerEncoderLayer,
    src: Tensor,
    src_mask: Tensor | None = None,
    src_key_padding_mask: Tensor | None = None,
    is_causal: bool = False,
) -> Tensor:
    def attend(steps: Tensor) -> Tensor:
        given = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask}
        return layer.dropout1(layer.self_attn(steps, steps, steps, **given)[0])

    def feed(steps: Tensor) -> Tensor:
        return layer.dropout2(layer.linear2(layer.dropout(layer.activation(layer.linear1(steps)))))

    if layer.norm_first:
        src = src + attend(layer.norm1(src))
        return src + feed(layer.norm2(src))
    src = layer.norm1(src + attend(src))
    return layer.norm2(src + feed(src))


def _encode_all(
    layer: nn.TransformerEncoder,
    src: Tensor,
    mask: Tensor | None = None,
    src_key_padding_mask: Tensor | None = None,
    is_causal: bool | None = None,
) -> Tensor:
    for each in layer.layers:
        src = each(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
    return src if layer.norm is None else layer.norm(src)
