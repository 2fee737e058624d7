"""A mixture of right labels, wrong labels and foreign inputs, fitted to the given labels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.foreign_share import foreign_share
from faultloc.methods.dfaulo.default.scoring.learned_labels import noise_rates, scaled_likelihood
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, without_noise
from faultloc.methods.dfaulo.default.scoring.temperature import (
    fit_temperature,
    normal_scores,
    tempered,
)
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

_TINY = 1e-12
_LEAST_SAID = 1e-3
# Of the measures below those that a label marks when a model, or its mutants, are trained on it.
_MARKS = (1, 3, 4)


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
    freed = allocate(shape, np.float64)
    for rows in blocks_of_rows(*shape):
        freed[rows] = without_noise(evidence.unseen[rows], noise, floor=floor)
    temperature = fit_temperature(freed, labels, noise, evidence.energy)
    input_temperature, by_inputs, rates = None, freed, np.ones(len(labels))
    signs, measures = _measures(evidence)
    if evidence.input_opinion is None:
        for rows in blocks_of_rows(*shape):
            freed[rows] = tempered(freed[rows], temperature[rows])
    else:
        by_inputs = allocate(shape, np.float64)
        for rows in blocks_of_rows(*shape):
            by_inputs[rows] = without_noise(evidence.input_opinion[rows], noise, floor=floor)
        input_temperature = fit_temperature(by_inputs, labels, noise, entropy(evidence.input_opinion))
        for rows in blocks_of_rows(*shape):
            by_inputs[rows] = tempered(by_inputs[rows], input_temperature[rows])
            both = np.log(tempered(freed[rows], temperature[rows])) + np.log(by_inputs[rows])
            freed[rows] = tempered(np.exp(both / 2), np.ones(len(both)))
        warmth = fit_temperature(freed, labels, noise, evidence.energy)
        for rows in blocks_of_rows(*shape):
            freed[rows] = tempered(freed[rows], warmth[rows])
        marks = np.column_stack([measures[:, place] for place in _MARKS])
        rates = noise_rates(by_inputs, freed, labels, noise, marks)
    record_odds = np.zeros(len(labels))
    if evidence.margins is not None and record_weight > 0:
        never_shown = np.isnan(evidence.margins)
        doubt = normal_scores(np.where(never_shown, 0, -evidence.margins))
        recorded = noise_rates(by_inputs, freed, labels, noise, doubt[:, None])
        record_odds = record_weight * (1 - _told_by_inputs(evidence)) * np.where(never_shown, 0, np.log(recorded))
    likelihood = np.empty(len(labels))
    for rows in blocks_of_rows(*shape):
        likelihood[rows] = scaled_likelihood(freed[rows], labels[rows], noise, rates[rows])
    label_share = np.bincount(labels, minlength=shape[1])[labels] / len(labels)
    share = foreign_share(signs, measures, evidence.input_features, likelihood, label_share)
    return FaultMixture(temperature, input_temperature, likelihood, record_odds, share)


def _measures(evidence: DefaultEvidence) -> tuple[list[np.ndarray], np.ndarray]:
    """Signs of foreign inputs, and all measures of strangeness, as normal scores: high = strange."""
    prefix, mutants, last = (-normal_scores(alignment) for alignment in evidence.alignment)
    energy = normal_scores(evidence.energy)
    columns = [energy, normal_scores(evidence.model_energy), prefix, mutants, last]
    columns.append(normal_scores(entropy(evidence.unseen)))
    if evidence.input_opinion is not None:
        columns.append(normal_scores(entropy(evidence.input_opinion)))
    return [energy, mutants, normal_scores(prefix + mutants)], np.column_stack(columns)


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


def entropy(opinion: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample"]:
    """How undecided each opinion is, in nats."""
    blocks = (opinion[block] for block in blocks_of_rows(*opinion.shape))
    return np.concatenate([-(block * np.log(block + _TINY)).sum(axis=1) for block in blocks])
