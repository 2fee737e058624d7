import numpy as np
import pytest

from faultloc.methods.dfaulo.default.suffix.memory import memory_of


def test_a_memory_is_the_share_of_contradicted_labels_that_the_model_says():
    labels = np.array([0, 0, 0, 1, 1])
    unseen = np.eye(2)[[0, 1, 1, 1, 0]]  # contradicts the second, the third and the last
    assert memory_of(unseen, labels, np.array([1, 0, 1, 0, 1])) == pytest.approx(2 / 3)
    assert memory_of(unseen, labels, unseen.argmax(axis=1)) == 0


def test_where_no_label_is_contradicted_all_may_be_known_by_heart():
    labels = np.array([0, 1, 1])
    assert memory_of(np.eye(2)[labels], labels, labels) == 1
