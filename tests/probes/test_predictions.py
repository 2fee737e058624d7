import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import TrainingError
from faultloc.probes.predictions import accuracy, cross_entropy, predict_logits, softmax

LOGITS = np.array([[2.0, 0.0, -1.0], [0.0, 3.0, 0.0]], dtype=np.float32)


def test_probabilities_and_losses_follow_their_definitions():
    expected = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    assert np.allclose(softmax(LOGITS), expected, atol=1e-6)
    labels = np.array([0, 2])
    assert np.allclose(cross_entropy(LOGITS, labels), -np.log(expected[[0, 1], labels]), atol=1e-6)
    assert accuracy(LOGITS, labels) == 0.5


def test_a_loss_stays_finite_where_the_probability_is_zero():
    extreme = np.array([[200.0, -200.0]], dtype=np.float32)
    assert cross_entropy(extreme, np.array([1]))[0] == pytest.approx(400.0)


def test_predictions_do_not_depend_on_dropout_or_batches():
    network = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3)).train()
    inputs = torch.randn(7, 4)
    assert np.allclose(
        predict_logits(network, inputs, batch_size=2), predict_logits(network, inputs, batch_size=7), atol=1e-6
    )
    assert network.training


def test_an_output_that_is_no_number_is_an_error_that_names_the_sample():
    inputs = torch.zeros(4, 2)
    inputs[2] = float("nan")
    with pytest.raises(TrainingError, match="for 1 of 4 samples, first at position 2"):
        predict_logits(nn.Linear(2, 2), inputs, batch_size=2)
