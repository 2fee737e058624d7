"""How often the labels of a sample's neighbours outvote its own."""

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.evaluation.nearest_others import nearest_others
from faultloc.settings_check import check_number


def flag_rate(
    outputs: Float[np.ndarray, "sample neuron"],
    labels: Int[np.ndarray, "sample"],
    neighbours: int,
    rounds: int,
    parts: int,
    generator: np.random.Generator,
) -> Float[np.ndarray, "sample"]:
    """The share of ``rounds`` in which the neighbours flag the sample; in [0, 1], higher is worse.

    A round splits the samples at random into ``parts``. A sample is flagged where another label has more votes than its
    own among the nearest others of its part, by cosine; where these are fewer than ``neighbours``, all are asked.
    ``outputs`` are the model's features or probabilities.

    Source: Zhu et al., "Detecting Corrupted Labels Without Training a Model to Predict" (SimiFeat), ICML 2022, in the
    form of the authors' code of DFauLo: 21 rounds, ten parts, on the subject's softmax outputs.

    Differs: the variant "vote", where that code takes "rank", which needs an estimate of the noise matrix. A new split
    each round brings the chance that augmented inputs bring there.

    Raises:
        ConfigError: a number is below 1.
    """
    for name, value in (("neighbours", neighbours), ("rounds", rounds), ("parts", parts)):
        check_number(f"peers.simifeat.{name}", value, at_least=1, whole=True)
    classes = int(labels.max(initial=0)) + 1
    flags = np.zeros(len(labels))
    for _ in range(rounds):
        for members in np.array_split(generator.permutation(len(labels)), parts):
            flags[members] += _outvoted(outputs[members], labels[members], neighbours, classes)
    return flags / rounds


def _outvoted(
    outputs: Float[np.ndarray, "member neuron"], labels: Int[np.ndarray, "member"], neighbours: int, classes: int
) -> Bool[np.ndarray, "member"]:
    nearest, _ = nearest_others(outputs, neighbours)
    votes = np.zeros((len(labels), classes), dtype=np.int64)
    np.add.at(votes, (np.arange(len(labels))[:, None], labels[nearest]), 1)
    return votes.max(axis=1) > votes[np.arange(len(labels)), labels]
