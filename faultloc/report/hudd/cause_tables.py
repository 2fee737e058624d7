"""Errors and their causes as tables."""

import numpy as np
import pandas as pd
from jaxtyping import Shaped

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.subject.dataset import LabeledDataset


def errors_table(dataset: LabeledDataset, errors: Errors, causes: RootCauses) -> pd.DataFrame:
    """A row an error, in the order of ``dataset``, the split that they are of.

    ``index`` is its place there, ``cluster`` that of its cause, from 1, and 0 for an outlier, ``distance`` how far it
    is from the cluster's medoid, NaN for an outlier.
    """
    is_medoid = np.zeros(len(errors), dtype=bool)
    is_medoid[causes.medoids] = True
    return pd.DataFrame(
        {
            "sample_id": dataset.sample_ids[errors.places],
            "index": errors.places,
            "given_label": dataset.names_of(errors.labels),
            "predicted_label": dataset.names_of(errors.predicted),
            "cluster": causes.cluster + 1,
            "distance": causes.distances,
            "is_medoid": is_medoid,
        }
    )


def causes_table(dataset: LabeledDataset, errors: Errors, causes: RootCauses) -> pd.DataFrame:
    """A row a cause, the largest first.

    ``errors`` counts its errors, ``share`` is that of all errors. ``medoid`` is the id of the error in the middle.
    ``given_label`` and ``predicted_label`` are the commonest ones there, ``given_share`` and ``predicted_share`` the
    shares of the cluster that have them: 1 where all have, the purity of classes. ``pair_share`` is that of the errors
    that have both.
    """
    rows = []
    given, predicted = dataset.names_of(errors.labels), dataset.names_of(errors.predicted)
    for number, size in enumerate(causes.sizes.tolist()):
        members = causes.members(number)
        (true_label, true_count), (said_label, said_count) = commonest(given[members]), commonest(predicted[members])
        rows.append(
            {
                "cluster": number + 1,
                "errors": size,
                "share": size / len(errors),
                "medoid": dataset.sample_ids[errors.places[causes.medoids[number]]],
                "given_label": true_label,
                "given_share": true_count / size,
                "predicted_label": said_label,
                "predicted_share": said_count / size,
                "pair_share": float(((given == true_label) & (predicted == said_label))[members].mean()),
            }
        )
    return pd.DataFrame(rows)


def commonest(names: Shaped[np.ndarray, "member"]) -> tuple[str, int]:
    """The name that most of ``names`` are, the first by the alphabet of equally many, and how many are."""
    found, counts = np.unique(names, return_counts=True)
    first = int(counts.argmax())
    return str(found[first]), int(counts[first])
