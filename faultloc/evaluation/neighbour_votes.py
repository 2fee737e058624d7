"""What the labels of a sample's neighbours say, in the space of the subject's own features."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.evaluation.nearest_others import nearest_others
from faultloc.settings_check import check_number


def neighbour_disagreement(
    features: Float[np.ndarray, "sample neuron"], labels: Int[np.ndarray, "sample"], neighbours: int
) -> Float[np.ndarray, "sample"]:
    """The weighted share of the nearest others, by cosine, that carry another label; in [0, 1], higher is worse.

    A neighbour at distance d between unit vectors weighs 1 / (0.01 + d). Where there are fewer others than
    ``neighbours``, all are asked; a single sample has none and gets 0. Compares all pairs.

    Source: Zhu et al., "Detecting Corrupted Labels Without Training a Model to Predict" (SimiFeat), ICML 2022: voting.

    Differs: the subject's own features stand in for those of a large pretrained model. One look at all of them takes
    the place of 21 looks at parts and at augmented inputs. The share itself is the suspiciousness, where SimiFeat flags
    the samples whose majority disagrees, and near neighbours weigh more than far ones.

    Raises:
        ConfigError: ``neighbours`` is below 1.
    """
    check_number("neighbours", neighbours, at_least=1, whole=True)
    nearest, distances = nearest_others(features, neighbours)
    if not nearest.shape[1]:
        return np.zeros(len(labels))
    weights = 1 / (0.01 + distances)
    return (weights * (labels[nearest] != labels[:, None])).sum(axis=1) / weights.sum(axis=1)
