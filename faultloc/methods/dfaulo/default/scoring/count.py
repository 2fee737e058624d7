"""How many samples are faulty, between which numbers that surely lies, and what makes it unsure."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.fault_estimate import ALIKE, FEW, FEW_A_CLASS, IMBALANCED, MEMORISED, UNLEARNED, FaultEstimate
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, label_contradiction

# Of a 95 % interval of a normal distribution.
_DEVIATIONS = 1.96
# A model that says its labels' share of what chance leaves: beyond it, it would say wrong ones, too.
_MEMORISED_AGREEMENT = 0.99
# Or it says the given labels of half of those that look wrong: of so many at least, since a few may be no faults.
_LEARNED_SUSPECTS, _FEWEST_SUSPECTS = 0.5, 5
# Of so few of the labels that the mutants contradict, the suspects among them are no sample of all that may be wrong.
_HARDLY_SUSPECTED = 0.1
# From this certainty on the inputs alone, which know no label by heart, count what a model may have learned.
_COUNTED_BY_INPUTS = 0.5
# Nor is there much to hide where the wrong labels that they may miss are so small a share of all faults.
_SLIGHT = 0.1
# Beyond this logarithm any share is missed: a number that a float holds.
_MOST_MISSED = 100.0
# Two of eight mutants are not shown a sample; of a class with fewer samples than this the others learn next to nothing.
_RARE = 10
# Where fewer samples than this are said to be few; it changes no number.
_FEW_A_CLASS, _FEW = 100, 500
# From this share of itself on an interval asks for a reason.
_WIDE = 0.5


@dataclass(frozen=True)
class Standing:
    """How far the evidence about a data set can be trusted.

    ``contradicted`` are the samples whose label the mutants that were not shown them contradict, ``is_rare`` those
    whose label hardly any other has. ``learned`` is the share of the suspects whose given label the model says, in
    [0, 1], or of the contradicted where hardly any of these is suspected; ``sight`` the least share, in (0, 1], of the
    labels that the model itself contradicts which those mutants surely contradict as well, 1 where it contradicts none.
    ``agrees_with_all`` and ``has_learned_suspects``: it agrees with too much to see anything by it; ``is_unlearned``
    where the mutants contradict most labels.
    """

    contradicted: Bool[np.ndarray, "sample"]
    is_rare: Bool[np.ndarray, "sample"]
    learned: float
    sight: float
    agrees_with_all: bool
    has_learned_suspects: bool
    is_unlearned: bool

    @property
    def is_memorised(self) -> bool:
        """Wrong labels may have been learned by heart."""
        return self.agrees_with_all or self.has_learned_suspects


def find_standing(
    evidence: DefaultEvidence, probability: Float[np.ndarray, "sample"], predicted: Int[np.ndarray, "sample"]
) -> Standing:
    """How far ``evidence`` can be trusted; ``predicted`` are the model's own labels."""
    labels = evidence.labels
    contradicted = evidence.unseen.argmax(axis=1) != labels
    suspects = probability >= 0.5
    rejected = predicted != labels
    of_suspects, of_contradicted = (
        float((~rejected)[chosen].mean()) if chosen.any() else 0.0 for chosen in (suspects, contradicted)
    )
    is_hardly_suspected = suspects.sum() < _HARDLY_SUSPECTED * contradicted.sum()
    return Standing(
        contradicted=contradicted,
        is_rare=np.bincount(labels)[labels] < _RARE,
        learned=of_contradicted if is_hardly_suspected else of_suspects,
        sight=_least_share(int((contradicted & rejected).sum()), int(rejected.sum())),
        agrees_with_all=_agreement_beyond_chance(labels, predicted) >= _MEMORISED_AGREEMENT,
        has_learned_suspects=int(suspects.sum()) >= _FEWEST_SUSPECTS and of_suspects >= _LEARNED_SUSPECTS,
        is_unlearned=bool(contradicted.mean() >= 0.5),
    )


def estimate_faults(score: DefaultScore, evidence: DefaultEvidence, standing: Standing, *, depth: int) -> FaultEstimate:
    """The sum of the probabilities, and an interval around it, which is all where ``standing`` allows for no count.

    The interval holds chance, the probabilities by either set of opinions alone (``score.probability_bounds``), and
    the errors of the opinions. The mutants that were not shown a sample contradict some labels that are not taken to be
    faulty: all of these may be, and as many of those that are may be none; so many, at least, as the mutants' own doubt
    in what they say against labels amounts to. The features hold labels as well, so that these mutants miss some: the
    upper end rises as they miss labels that the model itself contradicts (Lincoln and Petersen's estimate), and by the
    share that the model has learned by heart of its suspects. How many wrong labels it hides the inputs alone may tell;
    where they do not, no count is given of a model that may know them by heart. Of labels that hardly any other sample
    has nothing is known: none or all of them may be faulty. A model that agrees with all labels tells nothing of the
    upper end.

    ``depth`` is how many samples it pays to look at; where none does, or no count can be given, a stated number of the
    list is to be judged.
    """
    probability, rare = score.probability, standing.is_rare
    samples, common = len(probability), ~standing.is_rare
    sums = [float(part[common].sum()) for part in (probability, *score.probability_bounds)]
    deviation = _DEVIATIONS * float(np.sqrt((probability * (1 - probability))[common].sum()))
    contradicted = float(standing.contradicted[common].sum())
    doubted = (1 - evidence.unseen.max(axis=1))[standing.contradicted & common]
    errors = max(contradicted - sums[0], float(doubted.sum()))
    # What is taken to be faulty though no mutant that was not shown it contradicts its label may be none.
    low = max(0, int(np.floor(min(*sums, contradicted) - deviation - errors)))
    caught = standing.sight * (1 - _counted_as_learned(standing))
    most = max(max(sums) + deviation, max(contradicted, 1) / caught if caught else samples) + int(rare.sum())
    high = min(samples, int(np.ceil(most)))
    is_mostly_rare = bool(rare.mean() >= 0.5)
    if standing.is_unlearned or is_mostly_rare:
        low, high = 0, samples
    high = samples if standing.agrees_with_all else high
    is_hidden = standing.is_memorised and _may_hide(score, evidence.labels)
    if is_hidden or standing.is_unlearned or is_mostly_rare:
        return FaultEstimate(None, low, high, max(depth, look_budget(samples)), _doubts(evidence, standing))
    expected = min(max(round(float(probability.sum())), low), high)
    is_wide = high - low > max(_WIDE * expected, 1)
    doubts = (_doubts(evidence, standing) or (ALIKE,)) if is_wide else ()
    return FaultEstimate(expected, low, high, depth or look_budget(samples), doubts)


def _may_hide(score: DefaultScore, labels: Int[np.ndarray, "sample"]) -> bool:
    """Whether a model that knows wrong labels by heart may hide more of them than the inputs alone could tell."""
    certainty = score.count_certainty
    if certainty <= 0:
        return True
    if certainty >= _COUNTED_BY_INPUTS:
        return False
    wrong = float((1 - np.diag(score.noise.transition))[labels].sum())
    # One standard deviation of the logarithm of their number above what the inputs expect.
    missed = wrong * float(np.expm1(min(np.sqrt(1 / certainty - 1), _MOST_MISSED)))
    return missed > _SLIGHT * float(score.probability.sum())


def look_budget(samples: int) -> int:
    """How many of a list to look at where nothing says how many it pays: one in a hundred, 20 at least, 200 at most."""
    return min(samples, max(20, min(200, samples // 100)))


def _counted_as_learned(standing: Standing) -> float:
    """A share of a few suspects is no share to go by."""
    return standing.learned if standing.has_learned_suspects else min(standing.learned, _LEARNED_SUSPECTS)


def _least_share(found: int, tried: int) -> float:
    """The lower end of Wilson's interval of a share of which ``found`` of ``tried`` are seen, above 0; 1 of none."""
    if not tried:
        return 1.0
    share, spread = max(found, 0.5) / tried, _DEVIATIONS**2 / tried
    middle, half = share + spread / 2, _DEVIATIONS * np.sqrt(share * (1 - share) / tried + spread / (4 * tried))
    return float((middle - half) / (1 + spread))


def _doubts(evidence: DefaultEvidence, standing: Standing) -> tuple[str, ...]:
    sizes = np.bincount(evidence.labels)
    classes, samples = int((sizes > 0).sum()), len(evidence.labels)
    is_few_a_class = samples < _FEW_A_CLASS * classes
    is_imbalanced = label_contradiction(evidence.labels) < 1 or bool(standing.is_rare.any() and not is_few_a_class)
    said = {
        MEMORISED: standing.is_memorised,
        UNLEARNED: standing.is_unlearned,
        IMBALANCED: is_imbalanced,
        FEW_A_CLASS: is_few_a_class,
        FEW: samples < _FEW and not is_few_a_class,
    }
    return tuple(doubt for doubt, holds in said.items() if holds)


def _agreement_beyond_chance(labels: Int[np.ndarray, "sample"], predicted: Int[np.ndarray, "sample"]) -> float:
    """Cohen's kappa: 1 where both always agree, 0 where no more than two that know nothing of one another."""
    classes = int(max(labels.max(), predicted.max())) + 1
    shares = [np.bincount(named, minlength=classes) / len(labels) for named in (labels, predicted)]
    by_chance = float(shares[0] @ shares[1])
    agreement = float((labels == predicted).mean())
    return 1.0 if by_chance == 1 else (agreement - by_chance) / (1 - by_chance)
