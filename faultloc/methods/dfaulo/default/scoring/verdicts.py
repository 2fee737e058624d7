"""What a person's verdicts say about the samples that nobody has judged yet."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.explanation import suggested_labels
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, logistic
from faultloc.methods.dfaulo.default.scoring.temperature import entropy, normal_scores
from faultloc.settings_check import check_number

_TINY = 1e-9


@dataclass(frozen=True)
class VerdictSettings:
    """How verdicts are weighed against the ranking before them.

    After ``prior_surprise`` verdicts that it got wrong they weigh as much as it does (one that it held for as likely as
    not counts half): verdicts that confirm it are no reason to leave it. ``presumed_sound`` samples from below the
    ``presumed_below`` quantile of the ranking stand for those that nobody needs to look at, each with the weight
    ``presumed_weight`` of a verdict. ``cell_prior``: so many verdicts' worth of the overall fault rate are added to
    that of each (suggested, given) label pair. ``inverse_regularisation`` is scikit-learn's C.
    """

    prior_surprise: float | int = 80
    presumed_sound: int = 600
    presumed_below: float | int = 0.8
    presumed_weight: float | int = 0.1
    cell_prior: float | int = 4.0
    inverse_regularisation: float | int = 0.05

    def __post_init__(self) -> None:
        check_number("dfaulo.online.prior_surprise", self.prior_surprise, above=0)
        check_number("dfaulo.online.presumed_sound", self.presumed_sound, at_least=1, whole=True)
        check_number("dfaulo.online.presumed_below", self.presumed_below, above=0, below=1)
        check_number("dfaulo.online.presumed_weight", self.presumed_weight, above=0)
        check_number("dfaulo.online.cell_prior", self.cell_prior, above=0)
        check_number("dfaulo.online.inverse_regularisation", self.inverse_regularisation, above=0)


class VerdictRanker:
    """Re-ranks by verdicts, with the scorer's own posterior as the prior that is never thrown away.

    Source: the published loop (Yin et al. 2023, section 3.4) also fits a logistic regression to all verdicts.
    Differs: theirs forgets what it knew before the first verdict.
    """

    def __init__(
        self,
        evidence: DefaultEvidence,
        score: DefaultScore,
        settings: VerdictSettings,
        generator: np.random.Generator,
    ) -> None:
        self._settings = settings
        self._prior = _logit_rank(score.log_odds)
        self._log_odds = score.log_odds
        suggested, _ = suggested_labels(score, evidence.labels)
        self._cells = suggested * score.class_probabilities.shape[1] + evidence.labels
        self._features = _standardised(_features(evidence, score))
        likely_sound = np.flatnonzero(score.log_odds <= np.quantile(score.log_odds, settings.presumed_below))
        count = min(settings.presumed_sound, len(likely_sound))
        self._presumed = generator.choice(likely_sound, count, replace=False)

    def refine(
        self, reviewed: Int[np.ndarray, "reviewed"], verdicts: Bool[np.ndarray, "reviewed"]
    ) -> Float[np.ndarray, "sample"]:
        """The suspiciousness of all samples in (0, 1), higher is worse, after ``verdicts`` (True: faulty).

        A regression of the verdicts on what the scorer knows, and on how often verdicts found the same label mistaken
        for the same other one, is mixed with the ranking before, as ranks: from the first verdict on, and with
        verdicts of one kind only.
        """
        if not len(reviewed):
            return logistic(self._prior)
        settings = self._settings
        presumed = np.setdiff1d(self._presumed, reviewed)
        rows = np.concatenate([reviewed, presumed])
        targets = np.concatenate([verdicts, np.zeros(len(presumed), bool)])
        weights = np.concatenate([np.ones(len(reviewed)), np.full(len(presumed), settings.presumed_weight)])
        opinion = self._prior
        if targets.any() and not targets.all():
            rates, own_rates = self._cell_rates(reviewed, verdicts)
            features = np.column_stack([self._features, rates])
            training = features[rows].copy()
            training[: len(reviewed), -1] = own_rates
            regression = LogisticRegression(C=settings.inverse_regularisation, max_iter=1000)
            opinion = _logit_rank(regression.fit(training, targets, weights).decision_function(features))
        surprise = float(np.abs(verdicts - logistic(self._log_odds[reviewed])).sum())
        trust = surprise / (surprise + settings.prior_surprise)
        return logistic((1 - trust) * self._prior + trust * opinion)

    def expected_left(self, reviewed: Int[np.ndarray, "reviewed"], verdicts: Bool[np.ndarray, "reviewed"]) -> float:
        """About how many faults are left among the samples that nobody has judged."""
        left = np.ones(len(self._log_odds), bool)
        left[reviewed] = False
        return float(self.fault_probabilities(reviewed, verdicts)[left].sum())

    def fault_probabilities(
        self, reviewed: Int[np.ndarray, "reviewed"], verdicts: Bool[np.ndarray, "reviewed"]
    ) -> Float[np.ndarray, "sample"]:
        """How likely each sample is faulty, in [0, 1], by the scorer's posterior after ``verdicts`` (True: faulty).

        The posterior's log-odds are shifted to fit the verdicts; a standard normal prior on the shift keeps it small
        while verdicts are few. Their slope is left alone: the top of a list says little about it, and the many samples
        at its end hang on it.
        """
        seen, shift = self._log_odds[reviewed], 0.0
        if len(reviewed):

            def cost(shift: float) -> float:
                return float((np.logaddexp(0, seen + shift) - verdicts * (seen + shift)).sum() + shift**2 / 2)

            shift = minimize_scalar(cost).x
        return logistic(self._log_odds + shift)

    def _cell_rates(
        self, reviewed: np.ndarray, verdicts: np.ndarray
    ) -> tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "reviewed"]]:
        # A reviewed sample must not see its own verdict in the rate of its cell.
        cells, prior, overall = self._cells[reviewed], self._settings.cell_prior, verdicts.mean()
        size = int(self._cells.max()) + 1
        faulty, judged = np.bincount(cells, verdicts, size), np.bincount(cells, minlength=size)
        rates = (faulty + prior * overall) / (judged + prior)
        own = (faulty[cells] - verdicts + prior * overall) / (judged[cells] - 1 + prior)
        return rates[self._cells], own


def _features(evidence: DefaultEvidence, score: DefaultScore) -> Float[np.ndarray, "sample feature"]:
    rows, labels = np.arange(len(evidence.labels)), evidence.labels
    suggested, certainty = suggested_labels(score, labels)
    foreign = np.clip(score.foreign_probability, _TINY, 1 - _TINY)
    columns = [
        np.clip(score.log_odds, -30, 30),
        np.clip(score.label_log_odds, -30, 30),
        np.log(foreign) - np.log1p(-foreign),
        normal_scores(evidence.energy),
        *(normal_scores(alignment) for alignment in evidence.alignment),
        np.log(score.noise.transition[suggested, labels]),
        certainty,
    ]
    for opinion in (evidence.seen, evidence.unseen, evidence.neighbours):
        columns += [
            np.log(opinion[rows, labels] + 1e-3),
            np.log(opinion[rows, suggested] + 1e-3),
            opinion.max(axis=1),
            entropy(opinion),
        ]
    return np.column_stack(columns)


def _standardised(features: Float[np.ndarray, "sample feature"]) -> Float[np.ndarray, "sample feature"]:
    return (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), _TINY)


def _logit_rank(values: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    shares = (ranks + 0.5) / len(values)
    return np.log(shares) - np.log1p(-shares)
