"""The hidden layer's view: two clusters of a class's activations."""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans

from faultloc.methods.dfaulo import streams
from faultloc.probes.activations import read_activations
from faultloc.subject.batches import as_tensor
from faultloc.subject.examination import Examination


def cluster_activations(
    examination: Examination, *, progress: Callable[[Iterable[int]], Iterable[int]] = iter
) -> Int[np.ndarray, "sample"]:
    """The step `activation`: every sample's cluster among the activations of its given label at the chosen layer.

    That is ``examination.layer``, or, for None, the input of the last linear layer.
    """
    dataset = examination.dataset

    def activations_of(members: np.ndarray) -> np.ndarray:
        inputs = as_tensor(dataset.inputs[members], examination.device)
        return read_activations(examination.network, inputs, examination.layer, batch_size=examination.batch_size)

    generator = streams.activation_clusters(examination.seed)
    return cluster_classes(activations_of, dataset.labels, generator, progress=progress)


def cluster_classes(
    activations_of: Callable[[Int[np.ndarray, "member"]], Float[np.ndarray, "member neuron"]],
    labels: Int[np.ndarray, "sample"],
    generator: np.random.Generator,
    *,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Int[np.ndarray, "sample"]:
    """Each sample's cluster, 0 or 1, in the 2-means of the activations of its given label.

    ``activations_of`` gives the activations of the samples at some indices: one class is held in memory at a time.

    Source: DFauLo's "Activation/KMeans" set.
    """
    clusters = np.zeros(len(labels), dtype=np.int8)
    for label in progress(np.unique(labels)):
        members = np.flatnonzero(labels == label)
        if len(members) > 1:
            means = KMeans(n_clusters=2, random_state=int(generator.integers(2**31)))
            clusters[members] = means.fit_predict(activations_of(members))
    return clusters
