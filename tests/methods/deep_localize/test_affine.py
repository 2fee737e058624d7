"""Models of several layers that are a single linear one, with nothing that bends between, and their relatives."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.rules.affine import doubt_affine, is_wide
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from tests.methods.deep_localize.loops import Made, diagnose


def ring(samples: int = 320) -> tuple[Tensor, Tensor]:
    """Numbers that hang on how far out a point lies, and a little on where it lies."""
    points = torch.randn(samples, 2, generator=torch.Generator().manual_seed(0))
    return points, points.pow(2).sum(1, keepdim=True) + 1.5 * points[:, :1]


def skipping(bend: Callable[[Tensor], Tensor]) -> nn.Module:
    def compute(model: Made, x: Tensor) -> Tensor:
        hidden = model.norm(model.up(x))
        return model.down(hidden + bend(model.inner(hidden)))

    torch.manual_seed(0)
    return Made(compute, up=nn.Linear(2, 32), norm=nn.BatchNorm1d(32), inner=nn.Linear(32, 32), down=nn.Linear(32, 1))


def of(model: nn.Module, *inputs: Tensor) -> tuple[list[tuple[str, str]], bool]:
    """The doubts, with places, and whether no layer is narrow."""
    trace = LayerTrace(list(inputs))
    handles = [
        layer.register_forward_hook(lambda *call, name=name: trace.record(name, *call))
        for name, layer in model.named_modules()
        if any(True for _ in layer.parameters(recurse=False))
    ]
    outputs = [model(*inputs)]
    for handle in handles:
        handle.remove()
    found = doubt_affine(model, ForwardCall(model, inputs, {}), outputs, trace)
    return [(one.rule, one.place) for one in found], is_wide(trace)


def test_a_model_without_a_bend_that_learns_a_part_and_no_more_is_named():
    found = diagnose(skipping(lambda x: x), F.mse_loss, data=ring(), steps=700).findings
    assert [(one.rule, one.place, one.severity) for one in found] == [("model.no_activation", "inner", "warning")]


def test_the_same_model_with_a_bend_is_silent():
    assert not diagnose(skipping(F.leaky_relu), F.mse_loss, data=ring(), steps=700).findings


def test_a_single_layer_that_learns_a_part_is_silent():
    torch.manual_seed(0)
    assert not diagnose(nn.Linear(2, 1), F.mse_loss, data=ring(), steps=700).findings


@pytest.mark.parametrize("bend", [torch.relu, torch.tanh, torch.sigmoid, F.gelu, F.silu, F.elu, F.softplus, torch.sin])
def test_what_bends_is_told_from_what_does_not_even_where_no_sample_sees_it(bend):
    inputs = 0.05 * ring(16)[0] + 1
    assert of(skipping(lambda x: x), inputs) == ([("model.no_activation", "inner")], True)
    assert of(skipping(bend), inputs)[0] == []


def test_words_single_layers_and_layers_side_by_side_are_not_asked():
    points = ring(16)[0]
    assert not of(nn.Sequential(nn.Embedding(9, 8), nn.Linear(8, 8), nn.Linear(8, 2)), torch.arange(8)[:, None])[0]
    assert not of(nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8)), points)[0]
    side = Made(lambda m, x: m.a(x) + m.b(x), a=nn.Linear(2, 3), b=nn.Linear(2, 3))
    assert not of(side, points)[0]


def test_a_factorisation_is_narrow_between_its_ends():
    assert not of(nn.Sequential(nn.Linear(9, 2), nn.Linear(2, 9)), torch.randn(16, 9))[1]
    assert of(nn.Sequential(nn.Linear(9, 12), nn.Linear(12, 9)), torch.randn(16, 9))[1]
    # Along two axes, one after the other, nothing is a single layer.
    mixing = Made(lambda m, x: m.steps(m.features(x).transpose(1, 2)), features=nn.Linear(5, 5), steps=nn.Linear(4, 4))
    assert not of(mixing, torch.randn(16, 4, 5))[1]
