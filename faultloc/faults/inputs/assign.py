"""Which samples get which cause."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Int

from faultloc.errors import ConfigError
from faultloc.faults.inputs import CAUSES
from faultloc.faults.samples.share import share_size
from faultloc.settings_check import check_number


def assign_causes(
    labels: Int[np.ndarray, "sample"],
    shares: Mapping[str, float | int],
    two_causes: float | int,
    rng: np.random.Generator,
) -> list[tuple[str, ...]]:
    """The names of each sample's causes, in the order of `CAUSES`: none, one or two.

    ``shares`` says of each cause which share of the samples has it alone, rounded down. ``two_causes`` is the share
    that has two, any two that change different parameters, the more often the larger their shares are. A cause may
    suit some classes only.

    Raises:
        ConfigError: there is no such cause, a share is out of [0, 1], or there are not samples enough for all.
    """
    check_shares(shares, two_causes)
    given: list[tuple[str, ...]] = [()] * len(labels)
    is_free = np.ones(len(labels), dtype=bool)

    def give(causes: tuple[str, ...], count: int) -> None:
        suited = np.flatnonzero(is_free & _suits(causes, labels))
        if count > len(suited):
            raise ConfigError(
                f"{count} of {len(labels)} samples are to have {' and '.join(causes)}, and {len(suited)} are left "
                "that can: take smaller shares or more samples"
            )
        for index in rng.choice(suited, count, replace=False):
            given[index], is_free[index] = causes, False

    # What suits few samples comes first, else others would have taken them.
    for name in sorted(shares, key=lambda name: np.count_nonzero(CAUSES[name].suits(labels))):
        give((name,), share_size(float(shares[name]), len(labels)))
    pairs = _pairs(shares)
    count = share_size(float(two_causes), len(labels)) if pairs else 0
    weights = np.array([shares[first] * shares[second] for first, second in pairs])
    for drawn in rng.choice(len(pairs), count, p=weights / weights.sum()) if count else ():
        give(pairs[drawn], 1)
    return given


def check_shares(shares: Mapping[str, float | int], two_causes: float | int) -> None:
    """Nothing, where the shares can be.

    Raises:
        ConfigError: there is no such cause, a share is out of [0, 1], or they are more than 1 together.
    """
    for name, share in shares.items():
        if name not in CAUSES:
            raise ConfigError(f"there is no cause {name!r}; expected of these: {', '.join(CAUSES)}")
        check_number(f"the share of the cause {name}", share, at_least=0)
    check_number("the share with two_causes", two_causes, at_least=0)
    total = sum(shares.values()) + two_causes
    if total > 1 + 1e-9:
        raise ConfigError(f"the shares of all causes and of two_causes are {total:g} together; expected at most 1")
    if two_causes and not _pairs(shares):
        raise ConfigError("two_causes is above 0, and there are no two causes that go together: name more causes")


def _pairs(shares: Mapping[str, float | int]) -> list[tuple[str, str]]:
    present = [name for name in CAUSES if shares.get(name, 0) > 0]
    return [
        (first, second)
        for first, second in combinations(present, 2)
        if not CAUSES[first].absent.keys() & CAUSES[second].absent.keys()
    ]


def _suits(causes: tuple[str, ...], labels: Int[np.ndarray, "sample"]) -> Bool[np.ndarray, "sample"]:
    return np.logical_and.reduce([CAUSES[name].suits(labels) for name in causes])
