import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError, ModelError, TrainingError
from faultloc.io.coverage.importance_table import load_importance, save_importance
from faultloc.methods.idc.attributions import ATTRIBUTIONS
from faultloc.methods.idc.importance import read_importance
from faultloc.methods.idc.selection import layer_by_index, select_units


@pytest.fixture
def network() -> nn.Sequential:
    torch.manual_seed(0)
    layers = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(144, 6, bias=False), nn.ReLU(),
        nn.Linear(6, 3, bias=False),
    )  # fmt: skip
    return layers.eval()


def batches(sizes=(5, 3)):
    generator = torch.Generator().manual_seed(1)
    for size in sizes:
        yield torch.randn(size, 1, 8, 8, generator=generator), np.arange(size) % 3


def reference(network, inputs, classes):
    """The gradient of the logit by what a layer gives on, times that; one layer after the other, without hooks."""
    found = {}
    for place, layer in enumerate(network):
        if not isinstance(layer, (nn.Conv2d, nn.Linear)):
            continue
        held = network[: place + 1](inputs).detach().requires_grad_()
        passing = held.clone()
        for module in network[place + 1 :]:
            passing = module(passing)
        passing[torch.arange(len(classes)), torch.from_numpy(classes)].sum().backward()
        product = (held.grad * held).detach()
        found[str(place)] = (product.flatten(2).sum(2) if product.ndim > 2 else product).sum(0).numpy()
    return found


def stream(seed=0):
    return np.random.default_rng(seed)


# On the line from zeros to a sample such a network is linear.
@pytest.mark.parametrize("attribution", sorted(set(ATTRIBUTIONS) - {"la", "ii", "lc", "lgc", "lfa"}))
def test_on_relus_without_biases_attributions_are_gradient_times_activation(network, attribution):
    expected = [reference(network, inputs, classes) for inputs, classes in batches()]
    found = read_importance(network, batches(), attribution, stream())
    assert list(found) == ["0", "3", "5"]
    for name, values in found.items():
        np.testing.assert_allclose(values, sum(part[name] for part in expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_the_size_of_batches_and_the_seed_change_nothing(network, attribution):
    whole = [torch.cat(parts) for parts in zip(*((x, torch.from_numpy(y)) for x, y in batches()), strict=True)]
    found = read_importance(network, batches(), attribution, stream(5))
    again = read_importance(network, batches(), attribution, stream(5))
    at_once = read_importance(network, [(whole[0], whole[1].numpy())], attribution, stream(5))
    for name, values in found.items():
        assert values.tobytes() == again[name].tobytes()
        np.testing.assert_allclose(values, at_once[name], rtol=1e-5, atol=1e-5)


def test_only_what_is_random_hangs_on_the_seed(network):
    torch.nn.init.normal_(network[3].weight)
    network[1] = nn.Tanh()
    for attribution in ATTRIBUTIONS:
        one, two = (read_importance(network, batches(), attribution, stream(seed)) for seed in (1, 2))
        is_same = all((one[name] == two[name]).all() for name in one)
        assert is_same == (attribution != "lgs")


class Parts(nn.Module):
    """Calls a layer twice, another never; returns two things."""

    def __init__(self):
        super().__init__()
        self.head, self.unused, self.body = nn.Linear(4, 3), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, inputs):
        values = self.body(self.body(inputs).relu()).relu()
        return values, self.head(values)


@pytest.mark.parametrize("attribution", ["la", "lgxa", "lrp", "lc"])
def test_a_layer_counts_by_the_sum_over_its_calls_and_what_is_not_reached_is_left_out(attribution):
    torch.manual_seed(0)
    network, inputs = Parts(), torch.randn(5, 4)
    target = lambda outputs: outputs[1][:, 0]
    found = read_importance(network, [(inputs, np.zeros(5, int))], attribution, stream(), target=target)
    assert list(found) == ["body", "head"]  # as they are called, not as they are made
    twin = nn.Sequential(network.body, nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), network.head)
    twin[2].load_state_dict(network.body.state_dict())
    expected = read_importance(twin, [(inputs, np.zeros(5, int))], attribution, stream())
    np.testing.assert_allclose(found["body"], expected["0"] + expected["2"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["head"], expected["4"], rtol=1e-4, atol=1e-6)


def test_a_network_of_no_units_and_numbers_that_are_none_are_one_sentence(network):
    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = nn.Linear(2, 2)

        def forward(self, inputs):
            return inputs

    with pytest.raises(ModelError, match="pass through no convolutional or linear layer of Around.*of: unused"):
        read_importance(Around(), [(torch.ones(2, 2), np.zeros(2, int))], "lgxa", stream())
    network[0].weight.data[0, 0, 0, 0] = torch.nan
    with pytest.raises(TrainingError, match="the attribution lgxa is NaN or infinite at the layer '0'"):
        read_importance(network, batches(), "lgxa", stream())
    with pytest.raises(DataError, match="no samples to read importance of"):
        read_importance(network, [], "lgxa", stream())


def test_the_model_is_left_as_it_was(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    read_importance(network, batches(), "lgxa", stream())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


SCORES = {"a": np.array([1.0, 5.0, 2.0]), "b": np.array([4.0, 9.0]), "last": np.array([99.0, 99.0])}


def test_units_are_the_highest_of_a_layer_or_of_all_but_the_last():
    assert select_units(SCORES, 2, layer="a") == [("a", 1), ("a", 2)]
    assert select_units(SCORES, 3, layer=None) == [("a", 1), ("b", 1), ("b", 0)]
    assert layer_by_index(SCORES, -1) == "last"


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: select_units(SCORES, 4, layer="a"), "4 units are asked for, and the layer a has 3"),
        (lambda: select_units(SCORES, 6, layer=None), "all layers but the last have 5"),
        (lambda: select_units(SCORES, 1, layer="c"), "no layer 'c' with units; expected one of: a, b, last"),
        (lambda: layer_by_index(SCORES, 3), "the layer index is 3; expected one of: 0=a, 1=b, 2=last"),
        (
            lambda: read_importance(nn.Linear(2, 2), [], "lrpp", stream()),
            "no attribution 'lrpp'; expected one of: lrp",
        ),
    ],
)
def test_what_cannot_be_chosen_is_one_sentence(ask, sentence):
    with pytest.raises(ConfigError, match=sentence):
        ask()


def test_a_table_of_scores_comes_back_and_that_of_another_network_is_one_sentence(tmp_path):
    path = tmp_path / "scores.csv"
    save_importance(path, SCORES)
    assert path.read_text().splitlines()[:2] == ["LayerName,NeuronIndex,Score", "a,0,1"]
    back = load_importance(path, {name: len(scores) for name, scores in SCORES.items()})
    assert all((back[name] == scores).all() for name, scores in SCORES.items())
    with pytest.raises(DataError, match="unit 2 of 'a', which the network has not; expected layers and units of: a"):
        load_importance(path, {"a": 2})
    path.write_text("layer,unit\n")
    with pytest.raises(DataError, match="begins with layer, unit; expected"):
        load_importance(path, {"a": 2})
