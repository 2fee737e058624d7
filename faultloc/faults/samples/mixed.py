"""Three kinds of fault in one data set, as real data have them."""

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError
from faultloc.faults.samples.plan import FaultPlan, join, mark, relabel
from faultloc.faults.samples.random_label import other_labels
from faultloc.faults.samples.share import share_size

# Of ten faults; the rest, three, are foreign inputs.
_RANDOM_LABELS_OF_TEN = 4
_CONFUSED_OF_TEN = 3


def fewest_samples_for_mixed(ratio: float, samples: int) -> int:
    """How many samples each class of the confused pair must have.

    Twice as many as are mislabelled: a class that is mostly another one has no right label left to find.
    """
    return 2 * max(_confused_counts(share_size(ratio, samples)))


def plan_mixed(
    labels: Int[np.ndarray, "sample"], class_count: int, pair: tuple[int, int], ratio: float, rng: np.random.Generator
) -> FaultPlan:
    """``ratio`` of all samples faulty: 40 % random labels, 30 % labels swapped within ``pair``, 30 % foreign inputs.

    No sample has two faults. Random labels and foreign inputs fall on samples of any class.

    Raises:
        ConfigError: a class of ``pair`` has too few samples for its share.
    """
    total = share_size(ratio, len(labels))
    confused = []
    for given, new, count in zip(pair, pair[::-1], _confused_counts(total), strict=True):
        members = np.flatnonzero(labels == given)
        if 2 * count > len(members):
            raise ConfigError(
                f"fault.ratio={ratio} mislabels {count} samples of class number {given} of fault.pair, which has "
                f"{len(members)}; expected at most half of them: take larger classes or a smaller ratio"
            )
        chosen = rng.choice(members, count, replace=False)
        confused.append(relabel(labels, chosen, np.full(count, new), "specific_label"))
    swapped = join(*confused)
    random_labels = total * _RANDOM_LABELS_OF_TEN // 10
    rest = rng.permutation(np.flatnonzero(swapped.fault_kinds == ""))[: total - sum(_confused_counts(total))]
    relabelled, foreign = rest[:random_labels], rest[random_labels:]
    return join(
        swapped,
        relabel(labels, relabelled, other_labels(labels[relabelled], class_count, rng), "random_label"),
        mark(labels, foreign, "random_data"),
    )


def _confused_counts(total: int) -> tuple[int, int]:
    confused = total * _CONFUSED_OF_TEN // 10
    return confused - confused // 2, confused // 2
