"""The mean and the deviation that a caller names, and the inputs that they are of."""

import numpy as np
import pytest
import torch
from torch import nn

from faultloc import find_root_causes, locate_data_faults
from faultloc.errors import ConfigError
from faultloc.own.scaling import scaled

IMAGES = np.zeros((2, 3, 4, 4), np.uint8)


def test_images_are_scaled_by_a_number_a_channel_or_by_one_for_all():
    inputs = torch.rand(2, 3, 4, 4)
    for mean, std in (([0.5], [0.25]), (np.array([0.5, 0.4, 0.3]), (1, 2, 4))):
        expected = (inputs - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)
        torch.testing.assert_close(scaled(nn.Identity(), mean, std, IMAGES)(inputs), expected, check_dtype=False)


def test_without_mean_and_deviation_the_network_is_itself():
    network = nn.Identity()
    assert scaled(network, None, None, IMAGES) is network


@pytest.mark.parametrize(
    ("mean", "std", "inputs", "sentence"),
    [
        (
            [0.5, 0.5],
            [1, 1],
            IMAGES,
            r"^--mean and --std have 2 numbers each, and the images 3 channels; expected a",
        ),
        ([0.5] * 3, [1] * 3, IMAGES[:, :1], r"3 numbers each, and the images 1 channel; "),
        ([0.5], [1], IMAGES.astype(np.float32), r"the inputs are float32 of the shape \(3, 4, 4\), which reach the m"),
        ([0.5], [1], np.zeros((2, 7), np.int32), r"^--mean and --std are given, and the inputs are int32 of the shape"),
        (0.5, 1, IMAGES, r"^--mean is 0.5; expected a list of numbers"),
        (["red"], [1], IMAGES, r"^--mean is \['red'\]; expected a list of numbers"),
        ([0.5], [0], IMAGES, r"expected as many numbers of each, one a channel, the deviations above 0"),
        ([0.5], None, IMAGES, r"^--mean is given and --std is not; expected both"),
    ],
)
def test_a_scaling_that_does_not_fit_is_one_sentence(mean, std, inputs, sentence):
    with pytest.raises(ConfigError, match=sentence):
        scaled(nn.Identity(), mean, std, inputs, prefix="--")


@pytest.mark.parametrize("call", [locate_data_faults, find_root_causes])
def test_inputs_that_may_be_scaled_already_are_not_scaled_again(digits, call):
    with pytest.raises(ConfigError, match="mean and std are given, and the inputs are float32"):
        call(digits.network, (digits.inputs, digits.labels), mean=[0.5], std=[0.5])


@pytest.mark.parametrize("call", [locate_data_faults, find_root_causes])
def test_the_scaling_is_named_where_it_has_too_many_numbers_and_not_the_model(digits, call):
    images = (digits.inputs * 255).astype(np.uint8)
    with pytest.raises(ConfigError, match="mean and std have 3 numbers each, and the images 1 channel;"):
        call(digits.network, (images, digits.labels), mean=[0.5] * 3, std=[0.5] * 3)
