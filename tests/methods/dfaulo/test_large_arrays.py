"""Large arrays lie where the caller says: with the same results, and with little beside them."""

import math
import tracemalloc
from dataclasses import fields

import numpy as np
import psutil
import pytest
import torch
from torch import nn

from benchmarks.scale.memory import memory_of
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring import temperature
from faultloc.methods.dfaulo.default.scoring.explanation import suggested_labels
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings, score_default
from faultloc.methods.dfaulo.default.suffix.class_alignment import class_alignment
from faultloc.methods.dfaulo.default.suffix.gathering import SuffixStreams, gather_evidence
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings, nearest_in_embedding
from faultloc.probes import prefix
from faultloc.probes.prefix import find_prefix, read_model
from faultloc.subject import blocks
from faultloc.subject.examination import Execution
from faultloc.subject.shared_arrays import allocate_in_memory
from tests.methods.dfaulo.default.default_case import make_case

MUTANTS = SuffixSettings(mutants=4, left_out=1, checkpoints=(1, 2), batch_size=64, fewest_steps=4)
AROUND = NeighbourSettings(embeddings=2, neighbours=5)
SAMPLES, FEATURES, HIDDEN, CLASSES = 300, 12, 9, 3


class Counted:
    """Arrays in memory, and how many bytes there were."""

    def __init__(self) -> None:
        self.bytes = 0

    def __call__(self, shape: tuple[int, ...], kind: type[np.generic]) -> np.ndarray:
        self.bytes += math.prod(shape) * np.dtype(kind).itemsize
        return allocate_in_memory(shape, kind)


def gather(allocate, *, workers: int = 1) -> DefaultEvidence:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, SAMPLES)
    inputs = torch.from_numpy((2 * np.eye(CLASSES, 6)[labels] + rng.normal(0, 1, (SAMPLES, 6))).astype(np.float32))
    network = nn.Sequential(nn.Linear(6, FEATURES), nn.ReLU(), nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, CLASSES))
    for number, parameter in enumerate(network.parameters()):
        nn.init.normal_(parameter, generator=torch.Generator().manual_seed(number))
    reading = read_model(network, inputs, find_prefix(network, inputs[:2], "0"), batch_size=64, allocate=allocate)
    generators = [torch.Generator().manual_seed(mutant) for mutant in range(MUTANTS.mutants)]
    return gather_evidence(
        reading,
        labels,
        (HIDDEN, CLASSES),
        MUTANTS,
        AROUND,
        SuffixStreams(np.random.default_rng(1), generators),
        execution=Execution(workers=workers, allocate=allocate),
    )[0]


def small_blocks(monkeypatch, numbers: int = 256) -> None:
    monkeypatch.setattr(blocks, "_NUMBERS", numbers)
    monkeypatch.setattr(blocks, "_ROWS_A_COLUMN", 1)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_evidence_and_posterior_are_the_same_on_disk_and_in_memory(tmp_path, workers):
    here, there = gather(allocate_in_memory), gather(scratch_arrays(tmp_path), workers=workers)
    for field in fields(here):
        np.testing.assert_array_equal(getattr(here, field.name), getattr(there, field.name), err_msg=field.name)
    score, mapped = (
        score_default(here, ScorerSettings()),
        score_default(there, ScorerSettings(), allocate=scratch_arrays(tmp_path)),
    )
    np.testing.assert_array_equal(score.log_odds, mapped.log_odds)
    np.testing.assert_array_equal(score.class_probabilities, mapped.class_probabilities)


def test_blocks_change_nothing_but_the_rounding(monkeypatch):
    case = make_case(samples=600)
    at_once, aligned = (
        score_default(case.evidence, ScorerSettings()),
        class_alignment(case.evidence.seen, case.evidence.labels),
    )
    suggested = suggested_labels(at_once, case.evidence.labels)
    nearest = nearest_in_embedding(case.evidence.seen, 5)
    small_blocks(monkeypatch)
    in_blocks = score_default(case.evidence, ScorerSettings())
    np.testing.assert_allclose(in_blocks.log_odds, at_once.log_odds, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(in_blocks.class_probabilities, at_once.class_probabilities, atol=1e-6)
    for first, second in zip(in_blocks.probability_bounds, at_once.probability_bounds, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-6)
    np.testing.assert_allclose(class_alignment(case.evidence.seen, case.evidence.labels), aligned, atol=1e-5)
    np.testing.assert_array_equal(suggested_labels(at_once, case.evidence.labels)[0], suggested[0])
    np.testing.assert_array_equal(nearest_in_embedding(case.evidence.seen, 5)[0], nearest[0])


def test_what_is_asked_for_has_a_bound():
    counted = Counted()
    gather(counted)
    numbers = FEATURES + HIDDEN + CLASSES  # what the model says of a sample, in single precision
    numbers += 3 * CLASSES + AROUND.embeddings * HIDDEN  # what is kept: three opinions, the embeddings
    numbers += CLASSES + 1  # one mutant's opinion at a time
    drawn = MUTANTS.mutants * (8 + 1)  # a random number and a flag a mutant
    searched = AROUND.embeddings * (HIDDEN * 4 + AROUND.neighbours * (8 + 4))
    assert counted.bytes <= SAMPLES * (numbers * 4 + drawn + searched)


def test_memory_beside_the_mapped_arrays_does_not_grow_with_the_classes(tmp_path, monkeypatch):
    small_blocks(monkeypatch, 4096)  # smaller ones would be so many that what Python keeps of each counts
    monkeypatch.setattr(temperature, "_SAMPLES", 100)
    peaks, samples = {}, 3000
    for classes in (4, 4, 40):  # the first run imports what it needs
        rng = np.random.default_rng(0)
        labels = rng.integers(0, classes, samples)
        opinion = rng.dirichlet(np.ones(classes), samples).astype(np.float32)
        values = rng.normal(size=samples).astype(np.float32)
        evidence = DefaultEvidence(
            labels,
            opinion,
            opinion,
            values,
            values,
            opinion,
            np.stack([values] * 3),
            labels[:, None],
            values,
            input_opinion=opinion,
        )
        tracemalloc.start()
        suggested_labels(score_default(evidence, ScorerSettings(), allocate=scratch_arrays(tmp_path)), labels)
        peaks[classes] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    of_one_more_array = samples * (40 - 4) * 8
    assert peaks[40] - peaks[4] < of_one_more_array / 2


def test_the_largest_features_are_looked_up_in_the_memory_of_a_few_rows():
    # Of many small results that are kept between large ones that are not, the heap holds all.
    features = torch.rand(200_000, 192)
    before = memory_of(psutil.Process()).anonymous
    prefix._limit(features)
    assert memory_of(psutil.Process()).anonymous - before < 50
    assert features.max() <= 1
