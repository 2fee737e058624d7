"""Gathers what the default scorer reads, from a trained network and its data alone."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.methods.dfaulo.alignment import class_alignment
from faultloc.methods.dfaulo.default_evidence import DefaultEvidence
from faultloc.methods.dfaulo.neighbours import NeighbourSettings, nearest_others, neighbour_labels
from faultloc.methods.dfaulo.suffix_mutants import SuffixSettings, draw_left_out, train_suffixes
from faultloc.probes.prefix import Prefix, read_model

_ROWS_AT_ONCE = 4096


def gather_evidence(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    labels: Int[np.ndarray, "sample"],
    prefix: Prefix,
    settings: SuffixSettings,
    around: NeighbourSettings,
    generator: np.random.Generator,
    mutant_generators: Sequence[torch.Generator],
    *,
    batch_size: int,
    workers: int = 1,
    on_epoch: Callable[[int], object] = lambda mutant: None,
) -> DefaultEvidence:
    """Trains the suffix mutants behind ``prefix`` and asks them, the samples around each sample, and the model.

    ``on_epoch`` is called with a mutant's number after each epoch of it. The network itself is not changed.
    """
    reading = read_model(network, inputs, prefix, batch_size=batch_size)
    left_out = draw_left_out(len(labels), settings.mutants, settings.left_out, generator)
    opinions = train_suffixes(
        reading.features,
        labels,
        prefix.tail_widths,
        left_out,
        settings,
        mutant_generators,
        embeddings=around.embeddings,
        workers=workers,
        on_epoch=on_epoch,
    )
    nearest = [nearest_others(embedding, around.neighbours) for embedding in opinions.embeddings]
    embedded = [class_alignment(embedding, labels) for embedding in opinions.embeddings]
    prefixed, own = reading.features.cpu().numpy(), reading.last_input.cpu().numpy()
    return DefaultEvidence(
        labels=labels,
        seen=opinions.seen,
        unseen=opinions.unseen,
        energy=opinions.energy,
        model_energy=-torch.logsumexp(reading.logits, dim=1).cpu().numpy(),
        neighbours=neighbour_labels(nearest, labels, opinions.seen.shape[1], sharpness=around.sharpness),
        alignment=np.stack(
            [class_alignment(prefixed, labels), np.mean(embedded, axis=0), class_alignment(own, labels)]
        ),
        nearest=nearest[0][0],
        nearest_distance=_distances(prefixed, nearest[0][0][:, 0]),
    )


def _distances(
    features: Float[np.ndarray, "sample feature"], others: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    distances = np.empty(len(features), np.float32)
    for start in range(0, len(features), _ROWS_AT_ONCE):  # all differences at once would double the memory
        rows = slice(start, start + _ROWS_AT_ONCE)
        distances[rows] = np.linalg.norm(features[rows] - features[others[rows]], axis=1)
    return distances
