import copy

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, ModelError
from faultloc.methods.idc.importance import read_importance
from faultloc.methods.idc.pruning import silencing
from faultloc.methods.idc.questions.pruning import measure_pruning
from faultloc.methods.idc.selection import select_units
from tests.methods.idc.questions.networks import images, small_network, suite_of


def without(network, units):
    """A copy with the rows of weights and the biases of these units set to 0, one after the other."""
    copied = copy.deepcopy(network)
    with torch.no_grad():
        for layer, number in units:
            copied.get_submodule(layer).weight[number] = 0
            copied.get_submodule(layer).bias[number] = 0
    return copied


def accuracy_of(network, suite):
    with torch.no_grad():
        return float((network(suite.inputs).argmax(1).numpy() == suite.labels).mean())


UNITS = [("0", 1), ("3", 0), ("3", 7), ("5", 2)]


def test_pruned_units_give_what_weights_and_biases_of_zero_give():
    network, inputs = small_network(), images(20)
    before = network(inputs)
    with silencing(network, [UNITS]):
        inside = network(inputs)
    assert torch.equal(inside, without(network, UNITS)(inputs)) and not torch.equal(inside, before)
    assert torch.equal(network(inputs), before)


def test_a_linear_layer_over_sequences_is_pruned_in_its_features():
    torch.manual_seed(0)
    network, inputs = nn.Sequential(nn.Linear(4, 5), nn.Linear(5, 2)), torch.rand(3, 7, 4)
    with silencing(network, [[("0", 4)]]):
        inside = network(inputs)
    assert torch.equal(inside, without(network, [("0", 4)])(inputs))


def test_nothing_is_left_behind_also_after_an_error():
    network = small_network()
    weights = copy.deepcopy(network.state_dict())
    with pytest.raises(KeyError), silencing(network, [UNITS]):
        raise KeyError
    with pytest.raises(ModelError, match="no layer"), silencing(network, [[("0", 1), ("nowhere", 0)]]):
        pass
    assert not any(module._forward_hooks for module in network.modules())
    assert all(torch.equal(weights[name], value) for name, value in network.state_dict().items())


@pytest.fixture
def case():
    network = small_network(3)
    suite = suite_of(network, 80, wrong=10)
    importance = read_importance(network, suite.batches(40), "lgxa", np.random.default_rng(0))
    return network, suite, importance


def measure(case, wanted, repetitions=4, seed=0, rankings=None):
    network, suite, importance = case
    rankings = rankings or {"lgxa": importance}
    rng = np.random.default_rng(seed)
    return measure_pruning(network, suite, rankings, wanted, repetitions=repetitions, batch_size=32, rng=rng)


def test_a_drop_is_that_of_zeroed_weights(case):
    network, suite, importance = case
    for row in measure(case, [(None, 2), (None, 7), ("3", 3)]):
        units = select_units(importance, row.count, layer=row.layer)
        expected = accuracy_of(network, suite) - accuracy_of(without(network, units), suite)
        assert row.drop == pytest.approx(expected)
        assert row.by_layer == {name: [layer for layer, _ in units].count(name) for name in dict(units)}


def test_random_units_are_drawn_from_the_layers_asked_for_and_matched_ones_as_many_a_layer(case, monkeypatch):
    drawn = []
    from faultloc.methods.idc.questions import pruning

    original = pruning._draw
    monkeypatch.setattr(pruning, "_draw", lambda *given: drawn.append(original(*given)) or drawn[-1])
    rows = measure(case, [(None, 5), ("5", 2)], repetitions=30)
    of_all, matched, of_layer = drawn[:30], drawn[30:60], drawn[60:]
    assert len(of_layer) == 30 and rows[1].random == rows[1].matched
    assert all(len(set(units)) == 5 for units in of_all)
    assert {layer for units in of_all for layer, _ in units} == {"0", "3", "5"}
    for units in matched:
        assert {name: [layer for layer, _ in units].count(name) for name in rows[0].by_layer} == rows[0].by_layer
        assert len(set(units)) == 5
    for units in of_layer:
        assert len(set(units)) == 2 and {layer for layer, _ in units} == {"5"}
    assert len({tuple(units) for units in of_layer}) > 5


def test_all_units_of_a_layer_are_no_better_than_drawn_ones_and_the_row_says_so(case):
    first = {name: np.full(len(scores), 9.0 if name == "0" else 0.0) for name, scores in case[2].items()}
    (row,) = measure(case, [(None, 3)], rankings={"first": first})
    assert row.by_layer == {"0": 3} and row.is_whole_layer
    assert row.matched.mean == pytest.approx(row.drop) and not row.is_above_matched


def test_rankings_share_the_random_control_and_a_seed_gives_the_same_again(case):
    other = {name: -scores for name, scores in case[2].items()}
    rankings = {"lgxa": case[2], "reversed": other}
    one, another = measure(case, [(None, 4)], rankings=rankings)
    assert one.random == another.random
    assert measure(case, [(None, 4)], rankings=rankings) == [one, another]


def test_more_units_than_there_are_and_one_repetition_are_a_sentence_each(case):
    with pytest.raises(ConfigError, match="18 units are asked for, and all layers but the last have 17"):
        measure(case, [(None, 18)])
    with pytest.raises(ConfigError, match="repeated 1 times; expected 2 or more"):
        measure(case, [(None, 2)], repetitions=1)
