"""How many improvement images each cluster may have: an open table.

A quota of your own is one line more: ``QUOTAS["mine"] = my_quota``, a function from a ``Demand`` to one number a
cluster.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError, DataError
from faultloc.settings_check import check_number


@dataclass(frozen=True)
class Demand:
    """What quotas are made from.

    ``sizes``: the members of each cluster that may have images. ``images``: how many improvement images there are.
    ``error_share``: of the test set, in (0, 1]. ``factor``: what each quota says it is. ``least``: for each cluster.
    """

    sizes: Int[np.ndarray, "cluster"]
    images: int
    error_share: float | int
    factor: float | int
    least: int

    @property
    def budget(self) -> int:
        """Images to be labelled: ``factor`` of those that the model should get wrong, as it does of the test set."""
        return round(self.images * self.factor * self.error_share)


Quota = Callable[[Demand], Int[np.ndarray, "cluster"]]


def released(demand: Demand) -> Int[np.ndarray, "cluster"]:
    """``factor`` times the members, rounded up: U_c = ceil(f |C_c|). How many images there are does not count.

    Source: the authors' code of HUDD, with f = 2 where images are assigned and f = 1 where they are resampled.
    Differs: the one ``factor`` is that of both, and of the baselines, whose f is 0.3 there.
    """
    # Rounded, because 1.1 * 10 is a little more than 11 and would let a twelfth image in.
    return np.ceil(np.round(demand.factor * demand.sizes, 6)).astype(np.int64)


def paper(demand: Demand) -> Int[np.ndarray, "cluster"]:
    """The budget dealt out by size: U_c = |IS| s_f (1 - accuracy) |C_c| / sum |C|, in whole images.

    Source: HUDD, section on the unsafe set, with s_f = 0.3; ``factor`` is s_f. Differs: rounded so that the quotas add
    up to the budget, by the largest remainders.
    """
    return _dealt_by_size(demand.budget, demand.sizes)


def floored(demand: Demand) -> Int[np.ndarray, "cluster"]:
    """As ``paper``, but every cluster has ``least`` images first, and what is left of the budget is dealt out by size.

    A rare cause then has images enough to learn it from without a copy of any.
    """
    first = demand.least * len(demand.sizes)
    if first > demand.budget:
        raise ConfigError(
            f"{demand.least} images for each of {len(demand.sizes)} clusters are {first}, and the budget is "
            f"{demand.budget} of {demand.images} improvement images; expected the budget to be enough: lower the least "
            "number, raise the factor, or ask for fewer clusters"
        )
    return demand.least + _dealt_by_size(demand.budget - first, demand.sizes)


QUOTAS: dict[str, Quota] = {"released": released, "paper": paper, "floored": floored}


def quotas_of(
    clusters: Int[np.ndarray, "error"],
    quota: str,
    *,
    images: int,
    error_share: float | int,
    factor: float | int,
    least: int = 10,
) -> Int[np.ndarray, "cluster"]:
    """How many of ``images`` improvement images each cluster 0..k-1 may have; they add up to the labelling budget.

    ``clusters`` are the errors' numbers, -1 for an outlier. A cluster of one error has none. ``error_share`` is 1 minus
    the test accuracy; ``factor`` and ``least`` mean what the quota of that name says.

    Raises:
        ConfigError: there is no such quota, or a setting is out of range.
        DataError: there are no images, or fewer than the budget, or no cluster of more than one error, or the budget is
            not one image.
    """
    if quota not in QUOTAS:
        raise ConfigError(f"there is no quota {quota!r}; expected one of: {', '.join(QUOTAS)}")
    check_number("the factor of the quotas", factor, above=0)
    check_number("the least number of images for a cluster", least, at_least=0, whole=True)
    if not images:
        raise DataError("there are no improvement images; expected some that the model was not trained on")
    sizes = np.bincount(clusters[clusters >= 0])
    shared = np.flatnonzero(sizes > 1)
    if not len(shared):
        raise DataError(
            f"none of the {len(clusters)} errors shares a cluster with another; expected a cluster of two errors or "
            "more, to which improvement images can belong: ask for fewer clusters"
        )
    found = np.zeros(len(sizes), dtype=np.int64)
    found[shared] = QUOTAS[quota](Demand(sizes[shared], images, error_share, factor, least))
    budget = int(found.sum())
    if budget > images:
        raise DataError(
            f"the quotas ask for {budget} improvement images, but there are {images}; expected at least as many: lower "
            "the factor of the quotas, or bring more images"
        )
    if not budget:
        raise DataError(
            f"{factor:g} of the {images} improvement images times {error_share:.3g}, the share of errors, is not one "
            "image; expected a budget of one at least: raise the factor of the quotas, or bring more images"
        )
    return found


def _dealt_by_size(budget: int, sizes: Int[np.ndarray, "cluster"]) -> Int[np.ndarray, "cluster"]:
    """Whole numbers in proportion to ``sizes`` that add up to ``budget``; the larger cluster first where it is even."""
    whole, rest = np.divmod(budget * sizes.astype(np.int64), int(sizes.sum()))
    first = np.lexsort((-sizes, -rest))[: budget - int(whole.sum())]
    whole[first] += 1
    return whole
