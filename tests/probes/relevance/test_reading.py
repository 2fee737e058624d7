import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import DataError, ModelError, TrainingError
from faultloc.probes.relevance.reading import INPUT, iterate_relevance, read_relevance
from faultloc.subject.architectures import LeNet5, RecurrentClassifier, ResNet20
from tests.probes.relevance.networks import images, lenet, resnet20, settled

PHOTOGRAPHS = torch.randint(0, 256, (5, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


class Asking(nn.Module):
    def forward(self, inputs):
        return inputs if inputs.sum() > 0 else -inputs


class WithNamedValues(nn.Module):
    """Its relevance would be lost without a word: the maximum gives values and places."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 2)

    def forward(self, inputs):
        return self.head(inputs.view(-1, 2, 2).max(2).values)


class WithASort(nn.Module):
    def forward(self, inputs):
        return torch.sort(inputs, dim=1)[0] * 2


class WithAnLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 3, batch_first=True)

    def forward(self, inputs):
        return self.lstm(inputs)[0][:, -1]


class OverAView(nn.Module):
    def forward(self, inputs):
        doubled = inputs * 2
        doubled[:, :2].mul_(3)
        return doubled


def test_each_layer_has_an_array_of_the_shape_of_its_output():
    found = read_relevance(LeNet5((1, 28, 28), 10), PHOTOGRAPHS, None, batch_size=2)
    assert list(found) == [*(f"features.{place}" for place in range(8)), "f6", "f7"]
    assert found["features.0"].shape == (5, 6, 28, 28)
    assert found["f7"].shape == (5, 10)
    assert found["f7"].dtype == np.float32


def test_the_chosen_outputs_are_where_relevance_starts():
    torch.manual_seed(0)
    network, inputs = settled(lenet()), images(3, 1, 28)
    with torch.no_grad():
        logits = network(inputs).numpy()
    chosen = np.array([[0, 1], [2, 4], [3, 3]])
    found = read_relevance(network, inputs, chosen, layers=["10"], batch_size=2)["10"]
    expected = np.zeros_like(logits)
    for row, columns in enumerate(chosen):
        expected[row, columns] = logits[row, columns]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_what_flows_into_a_layer_is_what_flows_out_of_the_one_before():
    torch.manual_seed(0)
    network, inputs = settled(lenet()), images(3, 1, 28)
    outputs = read_relevance(network, inputs, None, batch_size=3)
    into = read_relevance(network, inputs, None, side="input", batch_size=3)
    for place in range(1, 11):
        np.testing.assert_array_equal(into[str(place)], outputs[str(place - 1)])


def test_a_container_is_a_layer_too():
    network, inputs = settled(resnet20()), images(2, 3, 16)
    found = read_relevance(network, inputs, None, layers=["blocks", "blocks.8"], batch_size=2)
    np.testing.assert_array_equal(found["blocks"], found["blocks.8"])
    into = read_relevance(network, inputs, None, layers=["pool"], side="input", batch_size=2)
    np.testing.assert_array_equal(found["blocks"], into["pool"])


def test_batches_come_one_after_the_other():
    torch.manual_seed(0)
    network, inputs = settled(lenet()).train(), images(5, 1, 28)
    whole = read_relevance(network, inputs, None, layers=["0"], batch_size=2)["0"]
    parts = []
    for batch in iterate_relevance(network, inputs, None, layers=["0"], batch_size=2):
        assert network.training
        parts.append(batch["0"].numpy())
    assert [len(part) for part in parts] == [2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_the_caller_says_where_the_arrays_lie(tmp_path):
    made = []

    def allocate(shape, kind):
        made.append(np.lib.format.open_memmap(tmp_path / f"{len(made)}.npy", "w+", kind, shape))
        return made[-1]

    network = lenet()
    found = read_relevance(network, PHOTOGRAPHS, None, layers=["0", "3"], batch_size=2, allocate=allocate)
    assert found["0"] is made[0]
    np.testing.assert_array_equal(np.load(tmp_path / "1.npy"), found["3"])
    np.testing.assert_array_equal(found["3"], read_relevance(network, PHOTOGRAPHS, None, batch_size=2)["3"])


def test_a_layer_that_relevance_does_not_reach_has_none():
    class WithAProbe(nn.Module):
        def __init__(self):
            super().__init__()
            self.probe, self.fc = nn.Linear(4, 2), nn.Linear(4, 3)

        def forward(self, inputs):
            self.probe(inputs)
            return self.fc(inputs)

    found = read_relevance(WithAProbe(), torch.rand(2, 4), None, batch_size=2)
    assert found["probe"].shape == (2, 2)
    assert not found["probe"].any()


@pytest.mark.parametrize(
    ("network", "inputs", "message"),
    [
        (nn.Sequential(Asking()), torch.rand(2, 4), "through the layer '0' of Sequential"),
        (WithNamedValues(), torch.rand(2, 4), "reads one of several results of an operation by its name"),
        (nn.Sequential(WithASort()), torch.rand(2, 4), "no rule for the operation 'sort' in the layer '0' of"),
        (nn.Sequential(nn.Linear(4, 4), nn.GLU()), torch.rand(2, 4), r"no rule for the layer '1' \(GLU\)"),
        (RecurrentClassifier(20, 4, embedding_size=8, hidden_size=6, layers=1, dropout=0.0),
         torch.ones(2, 5, dtype=torch.int32), "cannot follow the values through RecurrentClassifier"),
        (WithAnLSTM(), torch.rand(2, 5, 4), r"no rule for the layer 'lstm' \(LSTM\) of WithAnLSTM"),
        (nn.LSTM(4, 3), torch.rand(2, 5, 4), "torch.fx cannot follow the values through LSTM"),
        (OverAView(), torch.rand(2, 4), "gives other outputs when its operations run one by one"),
        (nn.Sequential(nn.Linear(4, 4), nn.Softmax(1), nn.Linear(4, 3)), torch.rand(2, 4), "relevance ends at"),
        (nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, track_running_stats=False)), torch.rand(2, 4),
         "the layer '1' of Sequential normalises by the batch"),
        (nn.Sequential(nn.Conv2d(1, 2, 3)), torch.rand(2, 1, 5, 5), "expected a row of numbers for each sample"),
    ],
)  # fmt: skip
def test_what_relevance_cannot_pass_is_one_sentence_that_names_it(network, inputs, message):
    before = [set(vars(module)) for module in network.modules()]
    with pytest.raises(ModelError, match=message) as raised:
        read_relevance(network, inputs, None, batch_size=2)
    assert "\n" not in str(raised.value)
    assert "expected" in str(raised.value)
    assert [set(vars(module)) for module in network.modules()] == before


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (["nowhere"], "has no layer 'nowhere'; it has: conv1"),
        (["fc@2"], "the layer 'fc@2' of ResNet20 gives no tensor"),
    ],
)
def test_a_layer_that_is_not_there_is_named(layers, message):
    with pytest.raises(ModelError, match=message):
        read_relevance(ResNet20((3, 16, 16), 5), images(2, 3, 16).float(), None, layers=layers, batch_size=2)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (np.array([0, 5, 0]), "reach from 0 to 5, but the model has 5 outputs"),
        (np.array([-1, 0, 0]), "reach from -1"),
        (np.array([0]), "1 targets for 3 samples"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, message):
    with pytest.raises(DataError, match=message):
        read_relevance(lenet(), images(3, 1, 28).float(), targets, batch_size=3)


def test_no_samples_are_refused():
    with pytest.raises(DataError, match="no samples"):
        read_relevance(lenet(), PHOTOGRAPHS[:0], None, batch_size=3)


def test_outputs_that_are_no_numbers_are_refused():
    network = lenet()
    nn.init.constant_(network[10].bias, float("nan"))
    with pytest.raises(TrainingError, match="NaN or infinite"):
        read_relevance(network, PHOTOGRAPHS, None, batch_size=3)


def test_a_tensor_that_a_forward_makes_for_itself_does_not_stay_on_the_network():
    class Scaling(nn.Module):
        def forward(self, inputs):
            return inputs * torch.tensor([1.0, 2.0])

    network = Scaling()
    found = read_relevance(network, torch.tensor([[3.0, 4.0]]), None, layers=[INPUT], batch_size=1)[INPUT]
    np.testing.assert_allclose(found, [[0, 8]])
    assert not [name for name in vars(network) if "constant" in name]
