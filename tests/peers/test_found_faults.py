"""Every peer that looks at the given labels finds wrong ones on real images, far better than a random list."""

import numpy as np
import pytest

from faultloc.evaluation.cleanlab_baselines import QUALITY_METHODS, label_quality
from faultloc.evaluation.isolation import class_isolation
from faultloc.evaluation.neighbour_votes import neighbour_disagreement
from faultloc.peers.cross_validation import assign_folds, cross_validated_probabilities
from faultloc.peers.simifeat import flag_rate
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import predict_logits, softmax
from faultloc.subject.seeding import torch_generator
from tests.peers.conftest import RECIPE, FaultyDigits, fresh_lenet


def test_a_low_area_under_the_margin_is_a_wrong_label(digits: FaultyDigits) -> None:
    assert digits.auroc(-digits.margin) > 0.9


def test_the_neighbours_on_the_features_disagree_with_a_wrong_label(digits: FaultyDigits) -> None:
    features = read_activations(digits.network, digits.inputs, None, batch_size=200)
    assert digits.auroc(neighbour_disagreement(features, digits.labels, 15)) > 0.9


def test_wrong_labels_are_flagged_most_often_on_the_softmax_outputs(digits: FaultyDigits) -> None:
    probabilities = softmax(predict_logits(digits.network, digits.inputs, batch_size=200))
    rate = flag_rate(probabilities, digits.labels, 10, 21, 5, np.random.default_rng(0))
    assert digits.auroc(rate) > 0.85


def test_wrong_labels_are_isolated_among_the_features_of_their_label(digits: FaultyDigits) -> None:
    features = read_activations(digits.network, digits.inputs, None, batch_size=200)
    assert digits.auroc(class_isolation(features, digits.labels, np.random.default_rng(0))) > 0.85


def test_cleanlab_finds_wrong_labels_on_probabilities_out_of_sample(digits: FaultyDigits) -> None:
    pytest.importorskip("cleanlab")
    probabilities = cross_validated_probabilities(
        fresh_lenet,
        digits.inputs,
        digits.labels,
        assign_folds(digits.labels, 2, np.random.default_rng(0)),
        RECIPE,
        [torch_generator(0, "folds", str(fold)) for fold in range(2)],
        batch_size=200,
    )
    for method in QUALITY_METHODS:
        assert digits.auroc(label_quality(probabilities, digits.labels, method)) > 0.85, method
