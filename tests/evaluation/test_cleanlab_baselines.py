import sys
import warnings

import numpy as np
import pytest

from faultloc.errors import DataError, MissingPackageError
from faultloc.evaluation.baselines import self_confidence
from faultloc.evaluation.cleanlab_baselines import cleanlab_suspiciousness, find_label_issues, label_quality


@pytest.fixture
def noisy_predictions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a good model on 300 samples, given labels of which 30 are wrong, and which ones."""
    pytest.importorskip("cleanlab")
    generator = np.random.default_rng(0)
    true_labels = generator.integers(0, 3, 300)
    logits = generator.normal(size=(300, 3)) + 4 * np.eye(3)[true_labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    is_fault = np.arange(300) < 30
    return probabilities.astype(np.float32), np.where(is_fault, (true_labels + 1) % 3, true_labels), is_fault


def test_cleanlabs_self_confidence_orders_the_samples_as_ours(noisy_predictions) -> None:
    probabilities, labels, _ = noisy_predictions
    theirs = label_quality(probabilities, labels, "self_confidence")
    assert theirs == pytest.approx(self_confidence(probabilities, labels))


def test_every_cleanlab_ranking_puts_wrong_labels_first(noisy_predictions) -> None:
    probabilities, labels, is_fault = noisy_predictions
    for name, suspiciousness in cleanlab_suspiciousness(probabilities, labels).items():
        assert is_fault[np.argsort(-suspiciousness)[:30]].mean() > 0.8, name


def test_flagged_samples_come_in_cleanlabs_own_order_before_all_others(noisy_predictions) -> None:
    from cleanlab.filter import find_label_issues as flag

    probabilities, labels, _ = noisy_predictions
    ranked = flag(labels, probabilities.astype(float), return_indices_ranked_by="self_confidence", n_jobs=1)
    order = np.argsort(-find_label_issues(probabilities, labels), kind="stable")
    assert order[: len(ranked)].tolist() == ranked.tolist()
    rest = self_confidence(probabilities, labels)[order[len(ranked) :]]
    assert (np.diff(rest) <= 1e-7).all()


def test_equal_samples_keep_equal_suspiciousness(noisy_predictions) -> None:
    probabilities, labels, _ = noisy_predictions
    probabilities[-2:], labels[-2:] = [1, 0, 0], 0
    suspiciousness = find_label_issues(probabilities, labels)
    assert suspiciousness[-1] == suspiciousness[-2]


def test_cleanlab_neither_prints_nor_warns(noisy_predictions, capsys) -> None:
    probabilities, labels, _ = noisy_predictions
    labels = np.where(np.arange(300) == 299, 2, np.minimum(labels, 1))  # a class of one sample, which cleanlab mentions
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cleanlab_suspiciousness(probabilities, labels)
    assert capsys.readouterr() == ("", "")


def test_one_class_is_refused_with_a_sentence(noisy_predictions) -> None:
    probabilities, labels, _ = noisy_predictions
    with pytest.raises(DataError, match="needs two classes"):
        find_label_issues(probabilities, np.zeros_like(labels))


def test_without_cleanlab_the_error_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(MissingPackageError, match=r"faultloc\[cleanlab\]"):
        cleanlab_suspiciousness(np.array([[0.5, 0.5]]), np.array([0]))
