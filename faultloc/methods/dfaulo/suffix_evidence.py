"""Gathers what the default scorer reads, from a trained network and its data alone."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.alignment import class_alignment
from faultloc.methods.dfaulo.default_evidence import DefaultEvidence
from faultloc.methods.dfaulo.neighbours import NeighbourSettings, nearest_others, neighbour_labels
from faultloc.methods.dfaulo.suffix_mutants import SuffixSettings, SuffixWeights, draw_left_out, train_suffixes
from faultloc.probes.prefix import ModelReading
from faultloc.subject.distributed import ALONE, Ranks

_ROWS_AT_ONCE = 4096


def gather_evidence(
    reading: ModelReading,
    labels: Int[np.ndarray, "sample"],
    tail_widths: Sequence[int],
    settings: SuffixSettings,
    around: NeighbourSettings,
    generator: np.random.Generator,
    mutant_generators: Sequence[torch.Generator],
    *,
    workers: int = 1,
    ranks: Ranks = ALONE,
    on_epoch: Callable[[int], object] = lambda mutant: None,
    keep_mutants: bool = False,
) -> tuple[DefaultEvidence, Sequence[SuffixWeights]]:
    """Trains the suffix mutants on the features of ``reading`` and asks them, and the samples around each sample.

    ``tail_widths`` are those of the model's own tail. ``on_epoch`` is called with a mutant's number after each epoch of
    it, in the process that trains it. Several ``ranks`` share the mutants out. Beside the evidence it gives the
    mutants' weights, if they are to be kept.
    """
    left_out = draw_left_out(len(labels), settings.mutants, settings.left_out, generator)
    opinions = train_suffixes(
        reading.features,
        labels,
        tail_widths,
        left_out,
        settings,
        mutant_generators,
        embeddings=around.embeddings,
        workers=workers,
        ranks=ranks,
        on_epoch=on_epoch,
        keep_mutants=keep_mutants,
    )
    nearest = [nearest_others(embedding, around.neighbours) for embedding in opinions.embeddings]
    embedded = [class_alignment(embedding, labels) for embedding in opinions.embeddings]
    prefixed, own = reading.features.cpu().numpy(), reading.last_input.cpu().numpy()
    evidence = DefaultEvidence(
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
    return evidence, opinions.weights


def _distances(
    features: Float[np.ndarray, "sample feature"], others: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    distances = np.empty(len(features), np.float32)
    for start in range(0, len(features), _ROWS_AT_ONCE):  # all differences at once would double the memory
        rows = slice(start, start + _ROWS_AT_ONCE)
        distances[rows] = np.linalg.norm(features[rows] - features[others[rows]], axis=1)
    return distances
