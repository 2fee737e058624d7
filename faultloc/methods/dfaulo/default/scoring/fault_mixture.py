"""A mixture of right labels, wrong labels and foreign inputs, fitted to the given labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.foreign_share import foreign_share
from faultloc.methods.dfaulo.default.scoring.learned_labels import noise_rates, scaled_likelihood
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, without_noise
from faultloc.methods.dfaulo.default.scoring.temperature import entropy, fit_temperature, normal_scores, tempered
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

_LEAST_SAID = 1e-3


@dataclass(frozen=True)
class FaultMixture:
    """The fitted mixture.

    ``temperature`` of each sample, for the mutants' and the neighbours' opinions, and ``input_temperature`` for that of
    the inputs alone: above 1 where they are too sure. ``likelihood`` of each given label, were the input not foreign,
    by all opinions that were not shown it. ``record_odds``: what the margins of the training, where they were recorded,
    add to the log-odds of a wrong label. ``foreign_share``: what share of samples as strange as this one is foreign,
    in (0, 1), before its own label is looked at.
    """

    temperature: Float[np.ndarray, "sample"]
    input_temperature: Float[np.ndarray, "sample"] | None
    likelihood: Float[np.ndarray, "sample"]
    record_odds: Float[np.ndarray, "sample"]
    foreign_share: Float[np.ndarray, "sample"]


def fit_mixture(
    evidence: DefaultEvidence,
    noise: NoiseMatrix,
    *,
    floor: float,
    record_weight: float,
    allocate: Allocate = allocate_in_memory,
) -> FaultMixture:
    """Explains each given label by the opinions under ``noise``, or by a foreign input, which may carry any.

    The opinions are those of the mutants that were not shown the sample and of the inputs alone, each freed of the
    noise and tempered, then averaged as logarithms and tempered once more. Where a label leaves its mark in what was
    trained on it, wrong labels are expected more often (`learned_labels.py`); what is left is a sign of foreign inputs
    (`foreign_share.py`). Without an opinion of the inputs the mutants' stands alone, and no such marks are known.

    Margins that were recorded while the model was trained are such a mark, too, the plainest. They are weighed by
    ``record_weight``, as far as the inputs alone tell less of the labels than the mutants do.
    """
    labels, shape = evidence.labels, evidence.unseen.shape
    strangeness = _strangeness_of(evidence)
    opinions = _freed(evidence.unseen, noise, floor, allocate)
    temperature = fit_temperature(opinions, labels, noise, evidence.energy)
    _temper(opinions, temperature)
    by_inputs, input_temperature, rates = opinions, None, np.ones(len(labels))
    if evidence.input_opinion is not None:
        by_inputs = _freed(evidence.input_opinion, noise, floor, allocate)
        input_temperature = fit_temperature(by_inputs, labels, noise, entropy(evidence.input_opinion))
        _temper(by_inputs, input_temperature)
        for rows in blocks_of_rows(*shape):
            opinions[rows] = np.sqrt(opinions[rows] * by_inputs[rows])
        _temper(opinions, np.ones(len(labels)))  # rows add up to 1 again
        _temper(opinions, fit_temperature(opinions, labels, noise, evidence.energy))
        rates = noise_rates(by_inputs, opinions, labels, noise, strangeness.marks)
    record_odds = np.zeros(len(labels))
    if evidence.margins is not None and record_weight > 0:
        never_shown = np.isnan(evidence.margins)
        doubt = normal_scores(np.where(never_shown, 0, -evidence.margins))
        recorded = noise_rates(by_inputs, opinions, labels, noise, doubt[:, None])
        record_odds = record_weight * (1 - _told_by_inputs(evidence)) * np.where(never_shown, 0, np.log(recorded))
    likelihood = np.empty(len(labels))
    for rows in blocks_of_rows(*shape):
        likelihood[rows] = scaled_likelihood(opinions[rows], labels[rows], noise, rates[rows])
    label_share = np.bincount(labels, minlength=shape[1])[labels] / len(labels)
    share = foreign_share(strangeness.signs, strangeness.measures, evidence.input_features, likelihood, label_share)
    return FaultMixture(temperature, input_temperature, likelihood, record_odds, share)


def _freed(
    opinion: Float[np.ndarray, "sample class"], noise: NoiseMatrix, floor: float, allocate: Allocate
) -> Float[np.ndarray, "sample class"]:
    freed = allocate(opinion.shape, np.float64)
    for rows in blocks_of_rows(*opinion.shape):
        freed[rows] = without_noise(opinion[rows], noise, floor=floor)
    return freed


def _temper(opinions: Float[np.ndarray, "sample class"], temperature: Float[np.ndarray, "sample"]) -> None:
    """In place."""
    for rows in blocks_of_rows(*opinions.shape):
        opinions[rows] = tempered(opinions[rows], temperature[rows])


@dataclass(frozen=True)
class _Strangeness:
    """Normal scores, high = strange: ``signs`` that foreign inputs are told by, ``marks`` that a label leaves where a
    model, or its mutants, are trained on it, and all ``measures``."""

    signs: Sequence[Float[np.ndarray, "sample"]]
    marks: Float[np.ndarray, "sample mark"]
    measures: Float[np.ndarray, "sample measure"]


def _strangeness_of(evidence: DefaultEvidence) -> _Strangeness:
    prefix, mutants, last = (-normal_scores(alignment) for alignment in evidence.alignment)
    energy, model_energy = normal_scores(evidence.energy), normal_scores(evidence.model_energy)
    undecided = [normal_scores(entropy(evidence.unseen))]
    if evidence.input_opinion is not None:
        undecided.append(normal_scores(entropy(evidence.input_opinion)))
    return _Strangeness(
        signs=[energy, mutants, normal_scores(prefix + mutants)],
        marks=np.column_stack([model_energy, mutants, last]),
        measures=np.column_stack([energy, model_energy, prefix, mutants, last, *undecided]),
    )


def _told_by_inputs(evidence: DefaultEvidence) -> float:
    """How much of what the mutants tell of the labels the inputs alone tell as well, in [0, 1]."""
    if evidence.input_opinion is None:
        return 0.0
    labels, rows = evidence.labels, np.arange(len(evidence.labels))
    frequency = np.log(np.bincount(labels)[labels] / len(labels)).mean()
    by_inputs, by_mutants = (
        float(np.log(opinion[rows, labels] + _LEAST_SAID).mean() - frequency)
        for opinion in (evidence.input_opinion, evidence.unseen)
    )
    return min(max(by_inputs / by_mutants, 0.0), 1.0) if by_mutants > 0 else float(by_inputs > 0)
