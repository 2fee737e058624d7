"""How well clusters of a model's errors agree with causes that are known since they were planted.

Every function takes ``cluster``, the cluster of each error, -1 for an outlier, and ``causes``, the names of each
error's planted causes: none, one or several. An error without a planted cause is of the cause `NONE`, which clusters
can be pure of, but which need not be found.

A cluster's *majority cause* is the one that most of its errors have; an error with two causes counts half for each, so
that it has one vote. An error is *explained* if it has the majority cause of its cluster: of two causes either
will do, since either may have misled the model. Outliers are not explained.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError

NONE = "none"
OUTLIER = -1
# So much of a cluster must be explained for its cause to count as found. Source: SAFE's and HUDD's evaluations.
PURE = 0.9
# One error alone is a pure cluster of its cause whatever a method does.
_FEWEST_ERRORS = 2

Causes = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class ClusterAgreement:
    """What clusters say of planted causes; all shares are in [0, 1], higher is better.

    ``purity`` is the share of all errors that are explained, ``strict_purity`` the same with all errors of two causes
    taken for unexplained. ``majority`` is each cluster's majority cause and ``explained`` the share of its errors that
    have it, both by the cluster's number. ``recall`` says of each planted cause which share of its errors is in pure
    clusters of it: of two errors or more, of which nine in ten have it.
    """

    clusters: int
    outliers: int
    purity: float
    strict_purity: float
    majority: Mapping[int, str]
    explained: Mapping[int, float]
    recall: Mapping[str, float]

    @property
    def found(self) -> tuple[str, ...]:
        """The planted causes that have a pure cluster."""
        return tuple(cause for cause, share in self.recall.items() if share > 0)

    @property
    def coverage(self) -> float:
        """The share of the planted causes that are found; 1 where none is planted."""
        return len(self.found) / len(self.recall) if self.recall else 1.0

    def numbers(self) -> dict[str, float]:
        """What can be averaged over several groupings, by name."""
        return {
            "clusters": float(self.clusters),
            "outliers": float(self.outliers),
            "purity": self.purity,
            "strict_purity": self.strict_purity,
            "coverage": self.coverage,
            "mean_recall": float(np.mean(list(self.recall.values()))) if self.recall else 1.0,
        }


def judge_clusters(cluster: Int[np.ndarray, "error"], causes: Causes) -> ClusterAgreement:
    """How far ``cluster`` tells the errors' causes apart.

    Raises:
        DataError: there are no errors, or not one cluster and one entry of causes for each.
    """
    if not len(cluster) or len(cluster) != len(causes):
        raise DataError(
            f"there are {len(cluster)} errors in clusters and {len(causes)} with known causes; expected one or more, "
            "and as many of both"
        )
    named = [names or (NONE,) for names in causes]
    members = {int(number): np.flatnonzero(cluster == number) for number in np.unique(cluster) if number != OUTLIER}
    majority = {number: majority_cause([named[index] for index in places]) for number, places in members.items()}
    is_explained = np.zeros(len(named), dtype=bool)
    for number, places in members.items():
        is_explained[places] = [majority[number] in named[index] for index in places]
    explained = {number: float(is_explained[places].mean()) for number, places in members.items()}
    pure = [n for n, places in members.items() if len(places) >= _FEWEST_ERRORS and explained[n] >= PURE]
    is_single = np.array([len(names) == 1 for names in named])
    return ClusterAgreement(
        clusters=len(members),
        outliers=int(np.count_nonzero(cluster == OUTLIER)),
        purity=float(is_explained.mean()),
        strict_purity=float((is_explained & is_single).mean()),
        majority=majority,
        explained=explained,
        recall={
            cause: _recall(cause, named, cluster, [number for number in pure if majority[number] == cause])
            for cause in planted_causes(causes)
        },
    )


def majority_cause(causes: Causes) -> str:
    """The cause that most of these errors have, an error with two counting half for each; of equals the first by name.

    Every error has at least one name, `NONE` where nothing was planted.
    """
    votes: dict[str, Fraction] = defaultdict(Fraction)  # exact, so that equals are equal
    for names in causes:
        for name in names:
            votes[name] += Fraction(1, len(names))
    return min(votes, key=lambda name: (-votes[name], name))


def planted_causes(causes: Causes) -> list[str]:
    """The causes that any of the errors has, by name."""
    return sorted({name for names in causes for name in names})


def rarest_cause(causes: Causes) -> str:
    """The planted cause that the fewest errors have; of equals the first by name.

    Raises:
        DataError: none is planted.
    """
    counts = Counter(name for names in causes for name in names)
    if not counts:
        raise DataError("no error has a planted cause, so none is the rarest; expected a data set with known causes")
    return min(counts, key=lambda name: (counts[name], name))


def judge_permuted(
    cluster: Int[np.ndarray, "error"], causes: Causes, repeats: int, rng: np.random.Generator
) -> dict[str, float]:
    """The means of `ClusterAgreement.numbers` over ``repeats`` groupings by chance, their clusters of the same sizes
    and as many outliers: what the figures are worth."""
    rounds = [judge_clusters(rng.permutation(cluster), causes).numbers() for _ in range(repeats)]
    return {name: float(np.mean([numbers[name] for numbers in rounds])) for name in rounds[0]}


def _recall(cause: str, named: Causes, cluster: Int[np.ndarray, "error"], pure: Sequence[int]) -> float:
    has_it = np.array([cause in names for names in named])
    return float(np.isin(cluster[has_it], np.array(pure, dtype=np.int64)).mean())
