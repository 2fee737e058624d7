"""What is said of a cluster in words."""

import numpy as np
import pandas as pd
import pytest

from faultloc.report.hudd.cause_tables import commonest
from faultloc.report.hudd.sentences import describe_causes, labels_in_words


def said_of(pairs):
    """What is said of a cluster of errors, each a given and a predicted label."""
    (given, of_given), (predicted, of_predicted) = (commonest(names) for names in np.array(pairs).T)
    shares = (count / len(pairs) for count in (of_predicted, pairs.count((given, predicted))))
    return labels_in_words(given, of_given / len(pairs), predicted, *shares)


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("8", "2")] * 3, "8 taken for 2"),
        ([("8", "2")] * 3 + [("8", "6")] * 2, "mainly 8 taken for 2"),
        # Both labels are the commonest by far, and hardly ever together.
        ([("8", "6")] * 4 + [("4", "2")] * 3 + [("3", "2")] * 2 + [("8", "2")], "mainly taken for 2"),
        ([("8", "1"), ("8", "7")], "8 taken for various classes"),
        ([("8", "1"), ("8", "7"), ("3", "9")], "mainly 8 taken for various classes"),
        ([("3", "1"), ("8", "1")], "various classes taken for 1"),
        ([("3", "1"), ("8", "1"), ("8", "5"), ("3", "5")], "various classes"),
    ],
)
def test_a_pair_of_labels_is_named_where_more_than_half_of_the_errors_are_of_it(pairs, sentence):
    assert said_of(pairs) == sentence


def test_of_few_clusters_none_is_called_the_largest():
    of = {"given_label": "8", "given_share": 1.0, "predicted_label": "2", "predicted_share": 1.0, "pair_share": 1.0}
    causes = pd.DataFrame([{"errors": count, **of} for count in (5, 4, 3, 2)])
    assert "fall into 4 clusters; the largest: 5 errors (8 taken for 2), 4 errors" in describe_causes(
        causes, 14, 99, "c"
    )
    assert describe_causes(causes.head(1), 5, 99, "c").endswith("fall into one cluster: 5 errors (8 taken for 2).")
