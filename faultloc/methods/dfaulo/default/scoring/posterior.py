"""The default suspiciousness: how likely each label is wrong or each input foreign, by the mutants' opinions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import brentq

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.fault_mixture import FaultMixture, fit_mixture
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, estimate_noise, without_noise
from faultloc.methods.dfaulo.default.scoring.temperature import tempered
from faultloc.settings_check import check_number
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

_TINY = 1e-12
# A factor of half a billion: odds that are next to nothing are raised no further.
_MOST_HIDDEN = 20.0


@dataclass(frozen=True)
class ScorerSettings:
    """``anchor_share`` of each predicted class estimate the noise matrix; ``neighbour_weight`` and ``input_weight`` are
    those of the neighbours' opinion and of the inputs' own beside the mutants' (1), ``record_weight`` that of a
    recorded training's margins where the inputs tell nothing; ``floor`` the least probability that an
    opinion gives to a class.

    The defaults of this and of all other settings are those of `conf/`, where their reasons stand.
    """

    anchor_share: float | int = 0.3
    neighbour_weight: float | int = 0.5
    input_weight: float | int = 2.0
    record_weight: float | int = 0.5
    floor: float | int = 0.001

    def __post_init__(self) -> None:
        check_number("dfaulo.anchor_share", self.anchor_share, above=0, at_most=1)
        check_number("dfaulo.neighbour_weight", self.neighbour_weight, at_least=0)
        check_number("dfaulo.input_weight", self.input_weight, at_least=0)
        check_number("dfaulo.record_weight", self.record_weight, at_least=0)
        check_number("dfaulo.floor", self.floor, above=0, below=0.1)


@dataclass(frozen=True)
class DefaultScore:
    """What the scorer says of each sample.

    ``log_odds`` of being faulty sort the list, ``label_log_odds`` leave the foreign inputs out; any real number, higher
    is worse. ``probability`` of being faulty, and
    that part of it that is a ``foreign_probability``, in [0, 1]. ``class_probabilities``: of each class to be the right
    one, were the input not foreign, its given label looked at. ``probability_bounds`` are the probabilities by the
    opinions of mutants that were shown the sample alone, and of those that were not.
    """

    log_odds: Float[np.ndarray, "sample"]
    label_log_odds: Float[np.ndarray, "sample"]
    foreign_probability: Float[np.ndarray, "sample"]
    class_probabilities: Float[np.ndarray, "sample class"]
    probability_bounds: tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "sample"]]
    mixture: FaultMixture

    @property
    def noise(self) -> NoiseMatrix:
        """How labels are confused."""
        return self.mixture.scaled_noise.noise

    @property
    def count_certainty(self) -> float:
        """How surely the inputs alone, which know no label by heart, tell how many labels are wrong; in [0, 1)."""
        return self.mixture.scaled_noise.certainty

    @property
    def probability(self) -> Float[np.ndarray, "sample"]:
        """The probability of being faulty."""
        return logistic(self.log_odds)


def score_default(
    evidence: DefaultEvidence, settings: ScorerSettings, *, allocate: Allocate = allocate_in_memory
) -> DefaultScore:
    """The posterior of every sample, from arrays alone.

    A given label is explained by a right class c and the noise matrix T, or by a foreign input. With p an opinion freed
    of the noise and tempered, the odds of a wrong label are sum(c != y) p_c T[c, y] to p_y T[y, y]; those by the
    mutants, the neighbours and the inputs alone are averaged as log-odds, and a recorded training adds its own. The
    odds of a foreign input are its share among samples as strange as this one, times the share of the label, to the
    label's likelihood by the opinions that were not shown it.

    Features that hold wrong labels by heart make all odds too low. Where the inputs alone expect more wrong labels than
    the odds add up to, all are raised alike (``hidden_odds``), which leaves their order as it is.

    The class probabilities lie where ``allocate`` puts them.
    """
    labels, shape = evidence.labels, evidence.unseen.shape
    anchored = estimate_noise(evidence.unseen, labels, anchor_share=settings.anchor_share)
    mixture = fit_mixture(
        evidence, anchored, floor=settings.floor, record_weight=settings.record_weight, allocate=allocate
    )
    mixture = replace(mixture, foreign_share=mixture.foreign_share * label_contradiction(labels))
    noise = mixture.scaled_noise.noise
    share = np.bincount(labels, minlength=len(noise.transition))[labels] / len(labels)
    class_probabilities = allocate(shape, np.float64)
    posteriors = []
    for rows in blocks_of_rows(*shape):
        posterior = _posterior(evidence, rows, mixture, share[rows], noise, settings)
        class_probabilities[rows] = posterior.class_probabilities
        posteriors.append(replace(posterior, class_probabilities=None))  # no second array of them all
    label_odds = np.concatenate([posterior.label_odds for posterior in posteriors])
    foreign_odds = np.concatenate([posterior.foreign_odds for posterior in posteriors])
    rate = float((1 - np.diag(noise.transition))[labels].mean())
    hidden = hidden_odds(label_odds, foreign_odds, rate, mixture.scaled_noise.certainty)
    log_odds = np.logaddexp(label_odds, foreign_odds) + hidden
    seen, unseen = (np.concatenate([posterior.bounds[side] for posterior in posteriors]) for side in (0, 1))
    return DefaultScore(
        log_odds,
        label_odds + hidden,
        logistic(log_odds) * np.exp(foreign_odds + hidden - log_odds),
        class_probabilities,
        (logistic(seen + hidden), logistic(unseen + hidden)),
        mixture,
    )


def hidden_odds(
    label_odds: Float[np.ndarray, "sample"], foreign_odds: Float[np.ndarray, "sample"], rate: float, certainty: float
) -> float:
    """What is to be added to all log-odds so that they add up to as many wrong labels as the inputs expect; 0 or above.

    ``rate`` of the samples that are not foreign have a wrong label by the inputs alone. How far the sum of the
    probabilities is raised to that, on the scale of logarithms, is their ``certainty`` in [0, 1].
    """
    both = np.logaddexp(label_odds, foreign_odds)
    is_label = np.exp(label_odds - both)
    said, foreign = float(logistic(both) @ is_label), float(logistic(both) @ (1 - is_label))
    expected = rate * (len(both) - foreign)
    if said <= 0 or said >= expected or certainty <= 0:
        return 0.0
    wanted = said ** (1 - certainty) * expected**certainty

    def missing(added: float) -> float:
        return wanted - float(logistic(both + added) @ is_label)

    return _MOST_HIDDEN if missing(_MOST_HIDDEN) > 0 else float(brentq(missing, 0, _MOST_HIDDEN))


@dataclass(frozen=True)
class _Posterior:
    """Of a block of samples: the log-odds of a wrong label and of a foreign input, and what comes with them.

    ``bounds``: the log-odds of either by the opinions of mutants that were shown the sample, and of those that were
    not.
    """

    label_odds: Float[np.ndarray, "row"]
    foreign_odds: Float[np.ndarray, "row"]
    class_probabilities: Float[np.ndarray, "row class"] | None
    bounds: Sequence[Float[np.ndarray, "row"]]


def _posterior(
    evidence: DefaultEvidence,
    rows: slice,
    mixture: FaultMixture,
    share: Float[np.ndarray, "row"],
    noise: NoiseMatrix,
    settings: ScorerSettings,
) -> _Posterior:
    labels, temperature = evidence.labels[rows], mixture.temperature[rows]

    def freed(opinion: Float[np.ndarray, "row class"]) -> Float[np.ndarray, "row class"]:
        return without_noise(opinion, noise, floor=settings.floor)

    foreign = mixture.foreign_share[rows]
    foreign_odds = np.log(foreign * share + _TINY) - np.log((1 - foreign) * mixture.likelihood[rows])
    others = [(settings.neighbour_weight, evidence.neighbours[rows], temperature)]
    if evidence.input_opinion is not None and mixture.input_temperature is not None:
        others.append((settings.input_weight, evidence.input_opinion[rows], mixture.input_temperature[rows]))
    total = 1 + sum(weight for weight, _, _ in others)
    # Sums over the opinions, one after the other: as arrays of all classes they would be the largest here.
    odds_of_others, logs = np.zeros(len(labels)), np.zeros(evidence.unseen[rows].shape)
    for weight, opinion, own_temperature in others:
        true_class = tempered(freed(opinion), own_temperature)
        odds_of_others += weight * log_odds_of_label(true_class, labels, noise)
        logs += weight * np.log(np.maximum(true_class, _TINY))

    def label_odds_by(true_class: Float[np.ndarray, "row class"]) -> Float[np.ndarray, "row"]:
        odds = log_odds_of_label(true_class, labels, noise) + odds_of_others
        return odds / total + mixture.record_odds[rows]

    seen, unseen = evidence.seen[rows], evidence.unseen[rows]
    bounds = []
    for opinion in (seen, unseen):
        odds = label_odds_by(tempered(freed(opinion), temperature))
        bounds.append(np.logaddexp(odds, foreign_odds))
    by_mutants = tempered(freed((seen + unseen) / 2), temperature)
    logs += np.log(np.maximum(by_mutants, _TINY))
    return _Posterior(
        label_odds_by(by_mutants), foreign_odds, _class_probabilities(logs / total, labels, noise), bounds
    )


def label_contradiction(labels: Int[np.ndarray, "sample"]) -> float:
    """How far labels can give foreign inputs away, in [0, 1]: 1 unless nearly all samples have the same label.

    A foreign input shows in a label that has nothing to do with the opinions. Where one class has nearly all samples,
    it has nearly all foreign ones, too, and the share that the mixture gives them is where its fit began. The measure
    is the chance that two labels differ, beside that of as many classes of one size; from half of it on it is 1.
    """
    shares = np.bincount(labels) / len(labels)
    classes = int((shares > 0).sum())
    return 0.0 if classes < 2 else min(1.0, 2 * float(1 - (shares**2).sum()) / (1 - 1 / classes))


def log_odds_of_label(
    true_class: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], noise: NoiseMatrix
) -> Float[np.ndarray, "sample"]:
    """How much likelier it is that the given label is wrong than right, as a logarithm."""
    joint = true_class * noise.transition[:, labels].T
    right = joint[np.arange(len(labels)), labels]
    joint[np.arange(len(labels)), labels] = 0
    return np.log(np.maximum(joint.sum(axis=1), _TINY)) - np.log(np.maximum(right, _TINY))


def _class_probabilities(logs: np.ndarray, labels: np.ndarray, noise: NoiseMatrix) -> np.ndarray:
    logs += np.log(noise.transition[:, labels].T)
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def logistic(values: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """The probabilities whose log-odds are ``values``."""
    return 1 / (1 + np.exp(-np.clip(values, -500, 500)))
