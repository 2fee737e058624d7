"""Gathers what the default scorer reads, from a trained network and its data alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.suffix.class_alignment import class_alignment
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings, SuffixWeights, draw_left_out, train_suffixes
from faultloc.methods.dfaulo.default.suffix.neighbours import (
    NeighbourSettings,
    add_neighbour_labels,
    nearest_in_embedding,
)
from faultloc.probes.prefix import ModelReading
from faultloc.subject.examination import Execution
from faultloc.subject.shared_arrays import Allocate

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class SuffixStreams:
    """Random numbers: for which samples each mutant is not shown, and for each mutant's training."""

    left_out: np.random.Generator
    mutants: Sequence[torch.Generator]


def gather_evidence(
    reading: ModelReading,
    labels: Int[np.ndarray, "sample"],
    tail_widths: Sequence[int],
    settings: SuffixSettings,
    around: NeighbourSettings,
    generators: SuffixStreams,
    *,
    execution: Execution,
    keep_mutants: bool = False,
) -> tuple[DefaultEvidence, Sequence[SuffixWeights]]:
    """Trains the suffix mutants on the features of ``reading`` and asks them, and the samples around each sample.

    ``tail_widths`` are those of the model's own tail. Beside the evidence it gives the mutants' weights, if they are to
    be kept. What has a row of several numbers for each sample lies where ``execution.allocate`` puts it.
    """
    allocate = execution.allocate
    left_out = draw_left_out(len(labels), settings.mutants, settings.left_out, generators.left_out, allocate=allocate)
    opinions = train_suffixes(
        reading.features,
        labels,
        tail_widths,
        left_out,
        settings,
        generators.mutants,
        embeddings=around.embeddings,
        keep_mutants=keep_mutants,
        execution=execution,
    )
    neighbours = allocate(opinions.seen.shape, np.float32)
    nearest, embedded = None, np.zeros(len(labels), np.float32)
    for embedding in opinions.embeddings:  # one search at a time: its indices take more memory than what they say
        found = nearest_in_embedding(embedding, around.neighbours, allocate=allocate)
        add_neighbour_labels(neighbours, found, labels, len(opinions.embeddings), sharpness=around.sharpness)
        nearest = found[0] if nearest is None else nearest
        embedded += class_alignment(embedding, labels)
    assert nearest is not None
    embedded /= len(opinions.embeddings)
    prefixed, own = _on_host(reading.features, allocate), _on_host(reading.last_input, allocate)
    evidence = DefaultEvidence(
        labels=labels,
        seen=opinions.seen,
        unseen=opinions.unseen,
        energy=opinions.energy,
        model_energy=_energy(reading.logits),
        neighbours=neighbours,
        alignment=np.stack([class_alignment(prefixed, labels), embedded, class_alignment(own, labels)]),
        nearest=nearest,
        nearest_distance=_distances(prefixed, nearest[:, 0]),
    )
    return evidence, opinions.weights


def _on_host(values: Float[torch.Tensor, "sample feature"], allocate: Allocate) -> Float[np.ndarray, "sample feature"]:
    if values.device.type == "cpu":
        return values.numpy()
    host = allocate(tuple(values.shape), np.float32)
    torch.from_numpy(host).copy_(values)
    return host


def _energy(logits: Float[torch.Tensor, "sample class"]) -> Float[np.ndarray, "sample"]:
    return np.concatenate([-torch.logsumexp(rows, dim=1).cpu().numpy() for rows in logits.split(_ROWS_AT_ONCE)])


def _distances(
    features: Float[np.ndarray, "sample feature"], others: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    distances = np.empty(len(features), np.float32)
    for start in range(0, len(features), _ROWS_AT_ONCE):  # all differences at once would double the memory
        rows = slice(start, start + _ROWS_AT_ONCE)
        distances[rows] = np.linalg.norm(features[rows] - features[others[rows]], axis=1)
    return distances
