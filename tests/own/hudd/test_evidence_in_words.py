"""What the page says that errors were compared by."""

import numpy as np

from faultloc.methods.hudd.errors import find_errors
from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.own.hudd.results import _evidence_in_words

NAMES = ("ant", "bee", "cow")


def said(given, predicted):
    errors = find_errors(np.eye(3)[predicted], np.array(given))
    return _evidence_in_words(EvidenceSettings(evidence="deviation"), errors, NAMES)


def test_samples_that_the_model_gets_right_are_spoken_of_where_there_are_some():
    assert said([0, 1, 0, 1], [0, 1, 1, 0]).endswith("of their own class that the model gets right")
    assert "or, where there are none of it (cow), from all that it gets right" in said([0, 1, 0, 2], [0, 1, 1, 1])
    assert (
        said([0, 1], [1, 0])
        == "what it holds of them, since the model gets no sample right that they could deviate from"
    )
