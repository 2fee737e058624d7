"""A mixture of right labels, wrong labels and foreign inputs, fitted to the given labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.exchanged_pairs import exchanged_pairs
from faultloc.methods.dfaulo.default.scoring.foreign_share import foreign_share
from faultloc.methods.dfaulo.default.scoring.lasting_noise import lasting_noise
from faultloc.methods.dfaulo.default.scoring.learned_labels import noise_rates, scaled_likelihood
from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.noise_matrix import AnchorNoise, NoiseMatrix, with_rates, without_noise
from faultloc.methods.dfaulo.default.scoring.noise_scale import ScaledNoise, scale_noise
from faultloc.methods.dfaulo.default.scoring.strangeness_curve import foreign_probability
from faultloc.methods.dfaulo.default.scoring.temperature import entropy, fit_temperature, normal_scores, tempered
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

_LEAST_SAID = 1e-3
# Foreign inputs pass for wrong labels until they are known, and the other way round: as often they are told apart anew.
_ROUNDS = 3


@dataclass(frozen=True)
class FaultMixture:
    """The fitted mixture.

    ``scaled_noise``: how labels are confused, and how often by the inputs alone. ``temperature`` of each sample, for
    the mutants' and the neighbours' opinions, and ``input_temperature`` for that of the inputs alone: above 1 where
    they are too sure. ``likelihood`` of each given label, were the input not foreign, by all opinions that were not
    shown it. ``record_odds``: what the margins of the training, where they were recorded, add to the log-odds of a
    wrong label. ``foreign_share``: what share of samples as strange as this one is foreign, in (0, 1), before its own
    label is looked at.
    """

    scaled_noise: ScaledNoise
    temperature: Float[np.ndarray, "sample"]
    input_temperature: Float[np.ndarray, "sample"] | None
    likelihood: Float[np.ndarray, "sample"]
    record_odds: Float[np.ndarray, "sample"]
    foreign_share: Float[np.ndarray, "sample"]


def fit_mixture(
    evidence: DefaultEvidence,
    anchored: AnchorNoise,
    *,
    floor: float,
    record_weight: float,
    allocate: Allocate = allocate_in_memory,
) -> FaultMixture:
    """Explains each given label by the opinions under noise, or by a foreign input, which may carry any.

    The noise is what lasts of that of the anchors, ``anchored`` (`lasting_noise.py`).

    The opinions are those of the mutants that were not shown the sample and of the inputs alone, each freed of the
    noise and tempered, then averaged as logarithms and tempered once more. Where a label leaves its mark in what was
    trained on it, wrong labels are expected more often (`learned_labels.py`); what is left is a sign of foreign inputs
    (`foreign_share.py`). How many labels are wrong is what the inputs alone say (`noise_scale.py`), and temperatures
    are fitted to what is no foreign input; all of this anew once foreign inputs are known. Without an opinion of the
    inputs the mutants' stands alone, the noise is taken as it is, and no such marks are known.

    Pairs of classes whose labels were exchanged are told by the inputs alone, too, or with the mutants where these
    suspect them (`exchanged_pairs.py`), once foreign inputs are known: with these labels explained, more of the others
    would be called foreign.

    Margins that were recorded while the model was trained are such a mark, too, the plainest. They are weighed by
    ``record_weight``, as far as the inputs alone tell less of the labels than the mutants do.
    """
    labels, shape, inputs = evidence.labels, evidence.unseen.shape, evidence.input_opinion
    strangeness = _strangeness_of(evidence)
    label_share = np.bincount(labels, minlength=shape[1])[labels] / len(labels)
    opinions = allocate(shape, np.float64)
    by_inputs = opinions if inputs is None else allocate(shape, np.float64)
    regression = None if evidence.input_features is None else LeftOutRegression(evidence.input_features)
    memory = 1.0 if evidence.memory is None else float(evidence.memory)
    lasting = lasting_noise(anchored, evidence.unseen, inputs, labels, memory)
    scaled, share, foreign = ScaledNoise(lasting.noise, 0.0), np.zeros(len(labels)), np.zeros(len(labels))

    def explained(by: NoiseMatrix, sound: Float[np.ndarray, "sample"]) -> _Explained:
        temperatures = _opine(evidence, by, floor, sound, opinions, by_inputs)
        rates = np.ones(len(labels))
        if inputs is not None:
            rates = noise_rates(by_inputs, opinions, labels, by, strangeness.marks)
        return _Explained(temperatures, rates, _likelihood(opinions, labels, by, rates))

    for number in range(1 if inputs is None else _ROUNDS):
        if inputs is not None:
            scaled = scale_noise(lasting.noise, inputs, labels, share, memory)
        found = explained(scaled.noise, 1 - foreign)
        of_inputs = None
        if inputs is not None and number == _ROUNDS - 1:
            # Before, each round would begin with what the inputs claim too much, and go as far again.
            of_inputs = _likelihood(by_inputs, labels, scaled.noise, found.rates)
        told_by = strangeness.signs, strangeness.measures, regression
        share = foreign_share(*told_by, found.likelihood, label_share, strangeness.undecided, of_inputs)
        foreign = foreign_probability(share, found.likelihood, label_share)
    if inputs is not None:
        pairs = exchanged_pairs(inputs, labels, lasting.curves)
        if pairs.any():
            _free(inputs, with_rates(pairs), floor, by_inputs)
            scaled = scale_noise(lasting.noise, by_inputs, labels, share, memory, known=pairs)
            found = explained(scaled.noise, 1 - foreign)
    record_odds = np.zeros(len(labels))
    if evidence.margins is not None and record_weight > 0:
        never_shown = np.isnan(evidence.margins)
        doubt = normal_scores(np.where(never_shown, 0, -evidence.margins))
        recorded = noise_rates(by_inputs, opinions, labels, scaled.noise, doubt[:, None])
        record_odds = record_weight * (1 - _told_by_inputs(evidence)) * np.where(never_shown, 0, np.log(recorded))
    return FaultMixture(scaled, *found.temperatures, found.likelihood, record_odds, share)


class _Explained(NamedTuple):
    """The temperatures of mutants and inputs, how often labels are wrong by their marks, and their likelihood."""

    temperatures: tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "sample"] | None]
    rates: Float[np.ndarray, "sample"]
    likelihood: Float[np.ndarray, "sample"]


def _likelihood(
    opinions: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    noise: NoiseMatrix,
    rates: Float[np.ndarray, "sample"],
) -> Float[np.ndarray, "sample"]:
    likelihood = np.empty(len(labels))
    for rows in blocks_of_rows(*opinions.shape):
        likelihood[rows] = scaled_likelihood(opinions[rows], labels[rows], noise, rates[rows])
    return likelihood


def _opine(
    evidence: DefaultEvidence,
    noise: NoiseMatrix,
    floor: float,
    sound: Float[np.ndarray, "sample"],
    opinions: Float[np.ndarray, "sample class"],
    by_inputs: Float[np.ndarray, "sample class"],
) -> tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "sample"] | None]:
    """Writes what all that was not shown a label says into ``opinions``, what the inputs alone say into ``by_inputs``;
    returns the temperatures of mutants and inputs. ``sound``: how surely each input is no foreign one."""
    labels = evidence.labels
    _free(evidence.unseen, noise, floor, opinions)
    temperature = fit_temperature(opinions, labels, noise, evidence.energy, sound)
    _temper(opinions, temperature)
    if evidence.input_opinion is None:
        return temperature, None
    _free(evidence.input_opinion, noise, floor, by_inputs)
    input_temperature = fit_temperature(by_inputs, labels, noise, entropy(evidence.input_opinion), sound)
    _temper(by_inputs, input_temperature)
    for rows in blocks_of_rows(*opinions.shape):
        opinions[rows] = np.sqrt(opinions[rows] * by_inputs[rows])
    _temper(opinions, np.ones(len(labels)))  # rows add up to 1 again
    _temper(opinions, fit_temperature(opinions, labels, noise, evidence.energy, sound))
    return temperature, input_temperature


def _free(
    opinion: Float[np.ndarray, "sample class"],
    noise: NoiseMatrix,
    floor: float,
    freed: Float[np.ndarray, "sample class"],
) -> None:
    for rows in blocks_of_rows(*opinion.shape):
        freed[rows] = without_noise(opinion[rows], noise, floor=floor)


def _temper(opinions: Float[np.ndarray, "sample class"], temperature: Float[np.ndarray, "sample"]) -> None:
    """In place."""
    for rows in blocks_of_rows(*opinions.shape):
        opinions[rows] = tempered(opinions[rows], temperature[rows])


@dataclass(frozen=True)
class _Strangeness:
    """Normal scores, high = strange: ``signs`` that foreign inputs are told by, ``marks`` that a label leaves where a
    model, or its mutants, are trained on it, all ``measures``, and how ``undecided`` mutants are of what they were not
    shown."""

    signs: Sequence[Float[np.ndarray, "sample"]]
    marks: Float[np.ndarray, "sample mark"]
    measures: Float[np.ndarray, "sample measure"]
    undecided: Float[np.ndarray, "sample"]


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
        undecided=undecided[0],
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
