"""Which operation passes relevance in which way: the modules, functions and methods that have a way."""

import builtins
import operator
from collections.abc import Callable, Mapping

import torch
from torch import nn
from torch.nn import functional as F

from faultloc.probes.relevance.attention import share_attention
from faultloc.probes.relevance.sharing import (
    Handler,
    add,
    give_to_winner,
    halve,
    pass_on,
    pass_to_dividend,
    rearrange,
    share_in_proportion,
    share_product,
)

_ACTIVATIONS = (
    nn.CELU, nn.ELU, nn.GELU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU, nn.LogSigmoid,
    nn.Mish, nn.PReLU, nn.ReLU, nn.ReLU6, nn.RReLU, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softshrink,
    nn.Softsign, nn.Tanh, nn.Tanhshrink, nn.Threshold,
)  # fmt: skip
_DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
# A batch normalisation behind a layer with weights is folded into it; the others pass relevance on, as zennit's do, and
# so do the normalisations of a sample (the identity rule of AttnLRP).
_NORMALISATIONS = (
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm,
    nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d, nn.LocalResponseNorm,
)  # fmt: skip
_REARRANGING = (
    nn.Flatten, nn.Unflatten, nn.PixelShuffle, nn.PixelUnshuffle, nn.ChannelShuffle, nn.UpsamplingNearest2d,
    nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d, nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReplicationPad1d,
    nn.ReplicationPad2d, nn.ReplicationPad3d,
)  # fmt: skip
_AVERAGING = (
    nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d,
    nn.Upsample, nn.UpsamplingBilinear2d,
)  # fmt: skip
_MAXIMA = (
    nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d,
)  # fmt: skip

# A subclass passes relevance as its nearest base class here does.
MODULES: Mapping[type[nn.Module], Handler] = {
    **dict.fromkeys((*_ACTIVATIONS, *_DROPOUTS, *_NORMALISATIONS, nn.Identity), pass_on),
    **dict.fromkeys(_REARRANGING, rearrange),
    **dict.fromkeys(_AVERAGING, share_in_proportion),
    **dict.fromkeys(_MAXIMA, give_to_winner),
}

# The names of functions of torch, torch.nn.functional and torchvision.ops, Python's operators and methods of tensors;
# the same with a "_" at its end is meant too.
NAMES: Mapping[Handler, str] = {
    pass_on: "celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish prelu relu relu6 "
    "rrelu selu silu sigmoid softplus softshrink softsign tanh tanhshrink threshold clamp clip neg "
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout stochastic_depth "
    "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm normalize "
    "contiguous clone detach to float double half bfloat16 type type_as cpu cuda",
    rearrange: "flatten view view_as reshape reshape_as unflatten ravel permute transpose swapaxes swapdims movedim "
    "moveaxis t squeeze unsqueeze expand expand_as broadcast_to repeat repeat_interleave tile roll flip narrow select "
    "index_select chunk split tensor_split unbind getitem getattr pad cat concat concatenate stack hstack vstack "
    "pixel_shuffle pixel_unshuffle channel_shuffle",
    add: "add sub subtract rsub iadd isub",
    halve: "mul multiply imul",
    pass_to_dividend: "div divide truediv true_divide itruediv",
    share_in_proportion: "mean sum avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d "
    "adaptive_avg_pool3d interpolate upsample",
    give_to_winner: "amax max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices",
    share_product: "matmul bmm mm einsum",
    share_attention: "scaled_dot_product_attention",
}
_HANDLERS = {name: handler for handler, names in NAMES.items() for name in names.split()}
_HOMES = (builtins, operator, torch, torch.Tensor, F)


def handler_of_module(layer: nn.Module) -> Handler | None:
    """How ``layer`` passes relevance; None if that is not known."""
    return next((MODULES[kind] for kind in type(layer).__mro__ if kind in MODULES), None)


def handler_of_function(function: Callable) -> Handler | None:
    """How ``function``, one of torch or of Python's operators, passes relevance; None if that is not known."""
    name = getattr(function, "__name__", "")
    is_torchvisions = getattr(function, "__module__", "").startswith("torchvision.ops.")
    is_known = is_torchvisions or any(getattr(home, name, None) is function for home in _HOMES)
    return handler_of_method(name) if is_known else None


def handler_of_method(name: str) -> Handler | None:
    """How the method ``name`` of a tensor passes relevance; None if that is not known."""
    return _HANDLERS.get(name.rstrip("_"))
