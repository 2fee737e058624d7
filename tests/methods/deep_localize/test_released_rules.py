"""The released tool's rules, one by one, with its own messages."""

import torch
from torch import nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.released_rules import ReleasedMonitor
from tests.methods.deep_localize.loops import blobs, network, train


def verdict(
    model: nn.Module, loss=F.cross_entropy, *, lr: float = 0.01, with_accuracy: bool = False, data=None, steps=20
):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    monitor = ReleasedMonitor(model, optimizer, with_accuracy=with_accuracy).attach()
    train(model, optimizer, loss, *(data or blobs()), steps=steps)
    return monitor.close()


def test_a_forward_mean_that_is_no_number_ends_at_once():
    inputs, labels = blobs()
    inputs[:, 0] = float("nan")
    found = verdict(network(), data=(inputs, labels))
    assert (found.message, found.layer) == ("Batch 0 layer 0: Error in forward, terminating training", "0")


def test_one_zero_in_the_first_batch_is_enough():
    # The tool's own weakness: one zero of one batch is half of all batches.
    model = network()
    nn.init.constant_(model[0].bias, -100.0)
    assert verdict(model).message == "Batch 0 layer 1: Error in forward, terminating training"


def test_five_equal_means_are_constant():
    model = network()
    model[0].requires_grad_(False)
    inputs, labels = blobs()
    found = verdict(model, data=(torch.ones_like(inputs), labels))
    assert (found.batch, found.layer) == (4, "0")
    assert found.message == "Batch 4 layer 0: Error in forward, terminating training"


def test_a_loss_that_is_no_number_is_invalid():
    found = verdict(network(), lambda out, y: F.cross_entropy(out, y) * float("nan"))
    # The update has already spoilt the weights when the tool looks: they come first in its order.
    assert found.message.startswith("Batch 0 layer 4: Error in Weights")


def test_an_accuracy_that_stands_still_for_five_batches_is_mdl():
    inputs, labels = blobs()
    always = torch.zeros_like(labels)
    found = verdict(network(), data=(inputs, always), lr=0.1, with_accuracy=True, steps=60)
    assert found is not None and "MDL" in found.message
    assert verdict(network(), data=(inputs, always), lr=0.1, steps=20) is None
