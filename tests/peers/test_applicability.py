import torch
from torch import nn

from faultloc.peers.applicability import NEED_CLASSES, reasons_against
from faultloc.subject.architectures import LeNet1, RecurrentClassifier


def test_a_picture_network_without_dropout_has_neither_of_the_two_that_need_more() -> None:
    reasons = reasons_against(LeNet1((1, 28, 28), 10), 10)
    assert set(reasons) == {"mc_dropout", "deep_state"}
    assert reasons["mc_dropout"] == "LeNet1 has no dropout"


def test_a_recurrent_classifier_can_be_asked_everything() -> None:
    assert not reasons_against(RecurrentClassifier(5, 2, embedding_size=2, hidden_size=2), 2)


def test_without_classes_only_what_knows_no_labels_is_left() -> None:
    dropping = nn.Sequential(nn.Linear(3, 2), nn.Dropout())
    reasons = reasons_against(dropping, 0)
    assert set(reasons) == {*NEED_CLASSES}
    assert reasons["aum"] == "the samples have no classes"


def test_one_label_alone_says_nothing_of_labels() -> None:
    assert reasons_against(nn.Dropout(), 1)["simifeat"] == "all samples have the same label"


def test_asking_leaves_no_trace() -> None:
    network = nn.Dropout().train()
    reasons_against(network, 2)
    assert network.training
    assert isinstance(network(torch.ones(2)), torch.Tensor)
