import numpy as np
import pytest
import torch
from torch import Tensor, nn

from faultloc.errors import DataError, ModelError
from faultloc.methods.idc.units import UnitReader, unit_means
from faultloc.subject.architectures import RecurrentClassifier

IMAGES = torch.randn(4, 1, 6, 6, generator=torch.Generator().manual_seed(0))


def test_a_channel_is_the_mean_over_its_map():
    network = nn.Sequential(nn.Conv2d(1, 2, 3))
    units = UnitReader(network).read(IMAGES)
    assert units.widths == (2,)
    assert np.allclose(units.values[0], network(IMAGES).detach().mean((2, 3)).numpy())


def test_after_the_activation_function_the_mean_is_taken_of_what_it_gives():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    units = UnitReader(network, point="after").read(IMAGES)
    assert np.allclose(units.values[0], network(IMAGES).detach().mean((2, 3)).numpy())


def test_a_sequence_is_the_mean_over_its_steps_whatever_its_layout():
    steps = torch.randn(4, 5, 3, generator=torch.Generator().manual_seed(0))
    first = nn.LSTM(3, 2, batch_first=True)
    assert torch.equal(unit_means(first, first(steps)), first(steps)[0].mean(1))
    last = nn.GRU(3, 2)
    assert torch.equal(unit_means(last, last(steps.transpose(0, 1))), last(steps.transpose(0, 1))[0].mean(0))
    linear = nn.Linear(3, 2)
    assert torch.equal(unit_means(linear, linear(steps)), linear(steps).mean(1))


def test_of_packed_sequences_only_the_steps_that_are_there_count():
    layer = nn.LSTM(3, 2, batch_first=True)
    steps = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    packed = nn.utils.rnn.pack_padded_sequence(steps, torch.tensor([5, 2]), batch_first=True)
    alone = layer(steps[1:, :2])[0].mean(1)
    assert torch.allclose(unit_means(layer, layer(packed))[1:], alone)


def test_tokens_are_read_as_tokens():
    network = RecurrentClassifier(9, 3)
    units = UnitReader(network).read((torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([0, 1])))
    assert units.layers == ("lstm", "fc1", "fc2")
    assert units.labels.tolist() == [0, 1]


def test_pixels_are_taken_as_shares_of_255():
    network = nn.Sequential(nn.Conv2d(1, 2, 3))
    pixels = torch.randint(0, 256, (4, 1, 6, 6), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert np.array_equal(UnitReader(network).read(pixels).joined, UnitReader(network).read(pixels / 255).joined)


def test_half_precision_is_widened():
    network = nn.Sequential(nn.Flatten(), nn.Linear(36, 3)).bfloat16()
    assert UnitReader(network).read(IMAGES.bfloat16()).joined.dtype == np.float32


def test_what_is_no_class_is_no_label():
    network = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
    assert UnitReader(network).read((IMAGES, torch.rand(4))).labels is None
    assert UnitReader(network).read((IMAGES, torch.zeros(4, 2, dtype=torch.int64))).labels is None


def test_the_answers_are_there_where_they_are_a_matrix():
    network = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
    assert np.allclose(UnitReader(network).read(IMAGES).answers, network(IMAGES).detach().numpy())
    assert UnitReader(nn.Sequential(nn.Conv2d(1, 2, 3))).read(IMAGES).answers is None


def test_a_layer_whose_output_has_no_units_is_an_error():
    class Sums(nn.Module):
        def forward(self, given: Tensor) -> Tensor:
            return given.sum()

    network = nn.Sequential(nn.Conv2d(1, 2, 3), Sums())
    with pytest.raises(ModelError, match="the layer Sums gives no tensor with a row for each sample"):
        UnitReader(network, ["1"]).read(IMAGES)


@pytest.mark.parametrize("batch", [[], "images", 3, {"inputs": IMAGES}])
def test_a_batch_that_does_not_begin_with_a_tensor_is_an_error(batch):
    with pytest.raises(DataError, match="does not begin with a tensor; expected a tensor of inputs"):
        UnitReader(nn.Sequential(nn.Conv2d(1, 2, 3))).read(batch)
