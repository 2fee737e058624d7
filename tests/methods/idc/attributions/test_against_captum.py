"""Each attribution beside captum, called directly and a layer at a time, where captum does without a fault."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from faultloc.methods.idc.attributions import ATTRIBUTIONS
from tests.methods.idc.attributions.networks import InPlace, LeNet, Reused, Vgg, images, seeded, with_weights

attr = pytest.importorskip("captum.attr")
pytestmark = pytest.mark.filterwarnings("ignore")  # captum's remarks on requires_grad and hooks
LAYERS = ["conv1", "conv2", "fc1", "fc2"]


@pytest.fixture(autouse=True)
def any_algorithms():
    """captum's unpooling is refused where PyTorch is told to be deterministic, as other tests tell it."""
    was = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    yield
    torch.use_deterministic_algorithms(was)


def by_captum(kind, network, data, layers, *, zeros="same", target=True, **settings):
    inputs, classes = data
    if zeros is not None:
        settings["baselines"] = torch.zeros_like(inputs) if zeros == "same" else zeros
    if target:
        settings["target"] = torch.from_numpy(classes)
    found = {}
    for name in layers:
        given = inputs.clone()  # captum writes on it that it asks for a gradient
        found[name] = getattr(attr, kind)(network, network.get_submodule(name)).attribute(given, **settings).detach()
    return found


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert values.abs().max() > 1e-3, f"nothing to compare at {name}"
        torch.testing.assert_close(found[name], values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.ELU])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lc", "LayerConductance"),
        ("ii", "InternalInfluence"),
        ("lig", "LayerIntegratedGradients"),
        ("ldl", "LayerDeepLift"),
        ("ldls", "LayerDeepLiftShap"),
    ],
)
def test_what_starts_at_zeros_is_what_captum_says(read, name, kind, activation):
    network, data = seeded(LeNet(activation)), images()
    assert_same(read(name, network, data, LAYERS), by_captum(kind, network, data, LAYERS))


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh])
def test_gradient_times_activation_is_what_captum_says(read, activation):
    network, data = seeded(LeNet(activation)), images()
    expected = by_captum("LayerGradientXActivation", network, data, LAYERS, zeros=None)
    assert_same(read("lgxa", network, data, LAYERS), expected)


def test_grad_cam_is_captums_before_the_sum_over_channels_added_up_over_maps(read):
    network, data = seeded(LeNet()), images()
    expected = by_captum("LayerGradCam", network, data, LAYERS, zeros=None, attr_dim_summation=False)
    assert_same(read("lgc", network, data, LAYERS), {
        name: values.flatten(2).sum(2) if values.ndim > 2 else values for name, values in expected.items()
    })  # fmt: skip


def test_activations_are_what_captum_says_and_what_the_layers_give(read):
    network, (inputs, classes) = seeded(LeNet()), images()
    found = read("la", network, (inputs, classes), LAYERS)
    assert_same(found, by_captum("LayerActivation", network, (inputs, classes), LAYERS, zeros=None, target=False))
    assert torch.equal(found["conv1"], network.conv1(inputs))
    assert torch.equal(found["fc2"], network(inputs))


def test_gradient_shap_is_what_captum_says_at_the_same_random_places(read, monkeypatch):
    network, (inputs, classes) = seeded(LeNet()), images()
    drawn = np.random.default_rng(3).random((len(inputs), 5))
    monkeypatch.setattr(np.random, "uniform", lambda low, high, size: drawn.reshape(size))
    expected = by_captum("LayerGradientShap", network, (inputs, classes), LAYERS, zeros=torch.zeros_like(inputs[:1]))
    assert_same(read("lgs", network, (inputs, classes), LAYERS), expected)


def test_ablation_of_a_unit_is_what_captum_says_of_a_mask_over_its_map(read):
    network, data = seeded(LeNet()), images()
    found = read("lfa", network, data, LAYERS)
    for name, channels in (("conv1", 4), ("conv2", 6)):
        mask = torch.arange(channels).reshape(1, -1, 1, 1)
        expected = by_captum("LayerFeatureAblation", network, data, [name], zeros=None, layer_mask=mask)[name]
        assert_same({name: found[name]}, {name: expected[:, :, 0, 0]})
    assert_same({"fc1": found["fc1"]}, by_captum("LayerFeatureAblation", network, data, ["fc1"], zeros=None))


@pytest.mark.parametrize("network", [LeNet(), Vgg(norm=False)], ids=["lenet", "vgg"])
@pytest.mark.parametrize("name", ["lrp", "lgxa"])
def test_on_relu_networks_relevance_and_gradient_times_activation_are_captums_lrp(read, name, network):
    network, data = seeded(network), images()
    layers = with_weights(network)
    assert_same(read(name, network, data, layers), by_captum("LayerLRP", network, data, layers, zeros=None))


def test_behind_batch_normalisation_relevance_is_captums_of_the_folded_network(read):
    network, data = seeded(Vgg(norm=True)), images()
    layers = with_weights(network)
    plain = Vgg(norm=True)
    blocks = list(network.features)
    folded = [
        fuse_conv_bn_eval(module, after) if isinstance(after, nn.BatchNorm2d) else module
        for module, after in zip(blocks, [*blocks[1:], None], strict=True)
        if not isinstance(module, nn.BatchNorm2d)
    ]
    plain.load_state_dict(network.state_dict())
    plain.features = nn.Sequential(*folded)
    torch.testing.assert_close(plain(data[0]), network(data[0]), rtol=1e-4, atol=1e-5)
    there = with_weights(plain)
    expected = by_captum("LayerLRP", plain, data, there, zeros=None)
    found = read("lrp", network, data, layers)
    assert_same(found, dict(zip(layers, expected.values(), strict=True)))


def test_beside_batch_normalisation_gradient_times_activation_is_captums_lrp(read):
    network, data = seeded(Vgg(norm=True)), images()
    layers = with_weights(network)
    assert_same(read("lgxa", network, data, layers), by_captum("LayerLRP", network, data, layers, zeros=None))


@pytest.mark.parametrize("kind", [InPlace, Reused])
@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_functions_reuse_and_work_in_place_change_nothing(read, name, kind):
    data = images()
    expected = read(name, seeded(LeNet()), data, LAYERS)
    network = kind()
    network.load_state_dict(seeded(LeNet()).state_dict())
    assert_same(read(name, network.eval(), data, LAYERS), expected)
