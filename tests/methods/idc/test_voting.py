import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError, ModelError, TrainingError
from faultloc.io.coverage.importance_table import load_importance, save_importance
from faultloc.methods.idc.voters import METHODS, voters
from faultloc.methods.idc.voting import best_method_of_each, vote

WIDTHS = {"0": 4, "3": 6, "5": 5, "7": 3}


def new_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(64, 6), nn.ReLU(), nn.Linear(6, 5),
        nn.Tanh(), nn.Linear(5, 3),
    )  # fmt: skip


@pytest.fixture
def network() -> nn.Sequential:
    return new_network()


def batches(sizes=(7, 5, 4)):
    """Labels are what the network says, but for every fourth, which is wrong."""
    generator = torch.Generator().manual_seed(1)
    made = []
    for size in sizes:
        inputs = torch.randn(size, 1, 6, 6, generator=generator)
        with torch.no_grad():
            answers = new_network()(inputs).argmax(1).numpy()
        made.append((inputs, (answers + (np.arange(size) % 4 == 3)) % 3))
    return made


def activation(network, inputs, labels):
    """What a layer says, whatever comes of it; reads one layer after the other, without hooks."""
    found, values = {}, inputs
    for name, module in network.named_children():
        values = module(values)
        if name in WIDTHS:
            found[name] = (values.flatten(2).sum(2) if values.ndim > 2 else values).detach().double().numpy().copy()
    return found


def product(network, inputs, labels):
    """The gradient of the label's output, times the activation."""
    return voters(("lgxa",), np.random.default_rng(0))["lgxa"](network, inputs, labels)


def against(network, inputs, labels):
    """The contrary: names what speaks against the label, so that pruning it gains."""
    return {name: -values for name, values in product(network, inputs, labels).items()}


TABLE = {"lgxa": product, "la": activation, "against": against}


def constant(scores):
    """What says the same of every sample."""

    def voter(network, inputs, labels):
        rows = {name: [scores.get((name, unit), -1.0) for unit in range(width)] for name, width in WIDTHS.items()}
        return {name: np.array([row] * len(inputs)) for name, row in rows.items()}

    return voter


def loss(network, inputs, labels, units=()):
    """In total, of a copy whose weights and biases of the units are 0."""
    pruned = copy.deepcopy(network).eval()
    with torch.no_grad():
        for layer, unit in units:
            pruned.get_submodule(layer).weight[unit] = 0
            pruned.get_submodule(layer).bias[unit] = 0
        logs = pruned(inputs).double().log_softmax(1)
    return -math.fsum(float(row[label]) for row, label in zip(logs, labels, strict=True))


def reference(network, data, table, candidates, votes, across, clipped):
    """Section by section as WISDOM does it, one unit at a time."""
    scores = {name: [0] * width for name, width in list(WIDTHS.items())[:-1]}
    for inputs, labels in data:
        named, gains = {}, {}
        for method, voter in table.items():
            every = []
            for layer, values in voter(network, inputs, labels).items():
                if layer == "7":
                    continue
                for unit in range(WIDTHS[layer]):
                    of_unit = sum(float(values[sample, unit]) for sample in range(len(labels)))
                    every.append((layer, unit, of_unit))
            every.sort(key=lambda row: -row[2])
            named[method] = every[:candidates]
            pruned = [(layer, unit) for layer, unit, _ in named[method]]
            gains[method] = loss(network, inputs, labels, pruned) - loss(network, inputs, labels)
            if clipped:
                gains[method] = max(gains[method], 0)
        if across:
            total = sum(gains.values())
            weights = {method: gain / total if total else 1 / len(gains) for method, gain in gains.items()}
        else:
            best = max(gains.values())
            winner = min(method for method in gains if gains[method] == best)
            weights, named = {winner: 1}, {winner: named[winner]}
        merged = {}
        for method, rows in named.items():
            for layer, unit, of_unit in rows:
                merged[layer, unit] = merged.get((layer, unit), 0) + weights[method] * of_unit
        for place, (layer, unit) in enumerate(sorted(merged, key=lambda key: -merged[key])[:votes]):
            scores[layer][unit] += min(votes, len(merged)) - place
    return scores


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("clipped", [True, False])
@pytest.mark.parametrize(("candidates", "votes"), [(10, 10), (4, 10), (8, 3), (15, 10)])
def test_the_slow_reference_counts_the_same_votes(network, across, clipped, candidates, votes):
    found = vote(network, batches(), TABLE, candidates=candidates, votes=votes, across=across, clipped=clipped)
    expected = reference(network, batches(), TABLE, candidates, votes, across, clipped)
    assert {name: scores.tolist() for name, scores in found.scores.items()} == expected
    assert found.batches == 3


@pytest.mark.parametrize("across", [True, False])
def test_every_batch_gives_fifty_five_points(network, across):
    found = vote(network, batches(), {**TABLE, **voters(("lrp",), np.random.default_rng(0))}, across=across)
    assert sum(scores.sum() for scores in found.scores.values()) == 55 * 3
    assert {name: len(scores) for name, scores in found.scores.items()} == {"0": 4, "3": 6, "5": 5}
    assert sum(found.weights.values()) == pytest.approx(1)


def test_all_attributions_of_wisdom_vote(network):
    found = vote(network, batches((4,)), voters(METHODS, np.random.default_rng(0)))
    assert list(found.weights) == ["lc", "la", "ii", "ldl", "ldls", "lgs", "lig", "lrp"]
    assert sum(found.weights.values()) == pytest.approx(1)
    assert sum(scores.sum() for scores in found.scores.values()) == 55


def test_where_fewer_units_are_named_the_last_has_one_vote(network):
    scores = {("3", 2): 9.0, ("0", 1): 8.0, ("5", 4): 7.0}
    found = vote(network, batches(), {"mine": constant(scores)}, candidates=3)
    assert found.scores["3"].tolist() == [0, 0, 9, 0, 0, 0]
    assert found.scores["0"].tolist() == [0, 6, 0, 0]
    assert found.scores["5"].tolist() == [0, 0, 0, 0, 3]
    assert "in 3 of 3 batches fewer than 10 units are named" in found.notes[0]


def test_of_equal_units_the_one_of_the_earlier_layer_comes_first(network):
    scores = {("5", 0): 2.0, ("3", 1): 2.0, ("3", 0): 2.0, ("0", 3): 2.0}
    found = vote(network, batches((6,)), {"mine": constant(scores)}, candidates=3, votes=3)
    assert found.scores["0"].tolist() == [0, 0, 0, 3]
    assert found.scores["3"].tolist() == [2, 1, 0, 0, 0, 0]
    assert not found.scores["5"].any()


def test_of_methods_of_equal_gain_the_first_by_the_alphabet_votes(network):
    units = [("0", 0), ("3", 1)]
    up, down = ({unit: float(place) for unit, place in zip(units, places, strict=True)} for places in ((1, 2), (2, 1)))
    for table in ({"b": constant(up), "a": constant(down)}, {"a": constant(down), "b": constant(up)}):
        found = vote(network, batches((6,)), table, candidates=2, votes=2, across=False)
        assert (found.scores["0"][0], found.scores["3"][1]) == (2, 1)
        assert found.weights == {"a": 1.0, "b": 0.0}


def test_the_order_of_the_methods_does_not_matter(network):
    one = vote(network, batches(), TABLE)
    other = vote(network, batches(), dict(reversed(TABLE.items())))
    assert all((one.scores[name] == other.scores[name]).all() for name in one.scores)
    assert one.weights == other.weights


def two_units(first, second):
    """A network with one input and two units: so much the first speaks for class 0 rather than 1, and the second."""
    network = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        network[0].weight.fill_(1)
        network[1].weight.copy_(torch.tensor([[first, second], [0.0, 0.0]]))
    return network


def naming(unit):
    def voter(network, inputs, labels):
        return {"0": np.array([np.eye(2)[unit]] * len(inputs)), "1": np.zeros((len(inputs), 2))}

    return voter


FIRST_AND_SECOND = {"first": naming(0), "second": naming(1)}
ONES = [(torch.ones(4, 1), np.zeros(4, dtype=np.int64))]


def test_a_weight_is_the_share_of_the_loss_that_pruning_costs():
    found = vote(two_units(2.0, -1.0), ONES, FIRST_AND_SECOND, candidates=1, votes=2)
    losses = {margin: math.log1p(math.exp(-margin)) for margin in (1.0, -1.0, 2.0)}
    gains = {"first": losses[-1.0] - losses[1.0], "second": losses[2.0] - losses[1.0]}
    assert gains["second"] < 0
    assert found.weights == pytest.approx({name: gain / sum(gains.values()) for name, gain in gains.items()})
    assert found.scores["0"].tolist() == [2, 1]
    assert not found.notes


def test_clipped_a_gain_below_zero_has_no_weight():
    found = vote(two_units(2.0, -1.0), ONES, FIRST_AND_SECOND, candidates=1, clipped=True)
    assert found.weights == {"first": 1.0, "second": 0.0}


def test_gains_that_sum_to_less_than_zero_turn_the_votes_around_and_are_noted():
    found = vote(two_units(0.5, -3.0), ONES, FIRST_AND_SECOND, candidates=1, votes=2)
    assert found.weights["first"] < 0 < found.weights["second"]
    assert found.scores["0"].tolist() == [1, 2]
    assert found.notes[0].startswith("in 1 of 1 batches the gains sum to less than 0")
    other = vote(two_units(0.5, -3.0), ONES, FIRST_AND_SECOND, candidates=1, votes=2, clipped=True)
    assert other.scores["0"].tolist() == [2, 1]
    assert not other.notes


def test_gains_that_nearly_cancel_out_are_noted():
    found = vote(two_units(0.01, -0.01), ONES, FIRST_AND_SECOND, candidates=1, votes=2)
    assert abs(found.weights["first"]) > 10
    assert "in 1 of 1 batches the gains nearly cancel out" in found.notes[0]


def test_the_best_method_differs_from_input_to_input():
    inputs, labels = torch.tensor([[1.0], [-1.0]]), np.zeros(2, dtype=np.int64)
    found = best_method_of_each(two_units(2.0, -1.0), inputs, labels, FIRST_AND_SECOND, candidates=1)
    assert found.best == ("first", "second")


def test_gains_that_sum_to_nothing_weigh_the_same_and_are_noted(network):
    with torch.no_grad():
        network[7].weight.zero_()  # whatever is pruned, the answer is the same
    found = vote(network, batches((6,)), {"one": activation, "two": product})
    assert found.weights == {"one": 0.5, "two": 0.5}
    assert found.notes == ("in 1 of 1 batches the gains sum to 0: every method weighs the same",)


def test_the_network_is_left_as_it_was_bit_for_bit(network):
    network.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    vote(network, batches(), TABLE)
    best_method_of_each(network, *batches((6,))[0], TABLE)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(module.training and not module._forward_hooks for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_the_best_method_of_an_input_is_that_of_a_batch_with_it_alone(network):
    inputs, labels = batches((4,))[0]
    found = best_method_of_each(network, inputs, labels, TABLE, candidates=4)
    assert found.methods == ("against", "la", "lgxa")
    for sample in range(4):
        one = slice(sample, sample + 1)
        for place, method in enumerate(found.methods):
            values = TABLE[method](network, inputs[one], labels[one])
            rows = [
                (-float(value), list(WIDTHS).index(name), name, unit)
                for name in list(WIDTHS)[:-1]
                for unit, value in enumerate(values[name][0])
            ]
            units = [(name, unit) for _, _, name, unit in sorted(rows)[:4]]
            gain = loss(network, inputs[one], labels[one], units) - loss(network, inputs[one], labels[one])
            assert found.gains[sample, place] == pytest.approx(gain, abs=1e-5)
        alone = vote(network, [(inputs[one], labels[one])], TABLE, candidates=4, votes=4, across=False)
        assert alone.weights[found.best[sample]] == 1


def test_units_of_sequences_are_pruned_at_every_step():
    class Sequences(nn.Module):
        def __init__(self):
            super().__init__()
            self.each, self.last = nn.Linear(3, 4), nn.Linear(4, 2)

        def forward(self, inputs):
            return self.last(self.each(inputs).mean(1))

    torch.manual_seed(0)
    network, inputs, labels = Sequences(), torch.randn(5, 6, 3), np.array([0, 1, 0, 1, 0])

    def second(network, inputs, labels):
        return {"each": np.array([np.eye(4)[1]] * len(inputs)), "last": np.zeros((len(inputs), 2))}

    found = best_method_of_each(network, inputs, labels, {"second": second}, candidates=1)
    gain = loss(network, inputs, labels, [("each", 1)]) - loss(network, inputs, labels)
    assert found.gains.sum() == pytest.approx(gain, abs=1e-5)


def test_votes_come_back_from_their_table(network, tmp_path):
    found = vote(network, batches(), TABLE)
    path = tmp_path / "important_neurons.csv"
    save_importance(path, found.scores)
    lines = path.read_text().splitlines()
    assert lines[0] == "LayerName,NeuronIndex,Score" and len(lines) == 1 + 15
    assert all(line.split(",")[2].isdigit() for line in lines[1:])
    back = load_importance(path, {name: len(scores) for name, scores in found.scores.items()})
    assert all((back[name] == found.scores[name]).all() for name in found.scores)


def not_finite(network, inputs, labels):
    return {name: np.full((len(inputs), width), np.nan) for name, width in WIDTHS.items()}


class Many(nn.Sequential):
    def forward(self, inputs):
        return super().forward(inputs)[None]


@pytest.mark.parametrize(
    ("error", "ask", "sentence"),
    [
        (
            ConfigError,
            lambda net: voters(("lrp", "lrpp"), np.random.default_rng(0)),
            "there is no attribution 'lrpp'; expected one of: lrp, lgxa",
        ),
        (ConfigError, lambda net: vote(net, batches(), {}), "no attribution is to vote; expected one or more"),
        (ConfigError, lambda net: vote(net, batches(), TABLE, votes=0), "0 votes are to be given in each batch"),
        (
            ConfigError,
            lambda net: vote(net, batches(), TABLE, candidates=16),
            "16 units are asked for, and all layers but the last have 15",
        ),
        (DataError, lambda net: vote(net, [], TABLE), "there is no batch to vote on; expected some inputs"),
        (DataError, lambda net: vote(net, batches((0,)), TABLE), "a batch has no inputs; expected some"),
        (DataError, lambda net: best_method_of_each(net, *batches((0,))[0], TABLE), "a batch has no inputs"),
        (
            DataError,
            lambda net: vote(net, [(batches()[0][0], np.arange(7))], TABLE),
            "labels go from 0 to 6, and the network has 3 outputs; expected labels from 0 to 2",
        ),
        (ModelError, lambda net: vote(Many(*net), batches(), TABLE), "Many gives no matrix with a number a class"),
        (
            TrainingError,
            lambda net: vote(net, batches(), {"mine": not_finite}),
            "the attribution 'mine' gives NaN or infinite numbers in the layer '0'",
        ),
    ],
)
def test_what_cannot_be_voted_on_is_one_sentence(network, error, ask, sentence):
    with pytest.raises(error, match=sentence):
        ask(network)


def test_a_loss_that_is_no_number_is_one_sentence(network):
    with torch.no_grad():
        network[7].bias.fill_(torch.inf)
    with pytest.raises(TrainingError, match="a loss is NaN or infinite"):
        vote(network, batches(), TABLE)
