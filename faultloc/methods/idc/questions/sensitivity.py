"""RQ3: does coverage change where a part of a suite is replaced by adversarial versions?"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.attacks import attack_suite, require_attacks
from faultloc.methods.idc.questions.estimates import Estimate, estimate_mean
from faultloc.methods.idc.questions.measuring import Criteria, measure_units
from faultloc.methods.idc.questions.suites import Suite, join_units, read_suite, take_samples
from faultloc.methods.idc.unit_outputs import UnitOutputs


@dataclass(frozen=True)
class SensitivityRow:
    """What one criterion says of one suite in which adversarial versions have replaced their originals.

    Of ``size`` samples ``requested`` were to be replaced and ``obtained`` were: those whose version fools the network.
    ``before`` and ``after`` are the coverage in [0, 1]. ``ncov`` is the change of coverage, with its sign, by the range
    of all changes of this criterion at this size (over attacks, shares and repetitions), 0 where there is no range;
    ``relative`` is the size of the change by the coverage before, None where that is 0.
    """

    criterion: str
    attack: str
    size: int
    share: float
    repetition: int
    requested: int
    obtained: int
    before: float
    after: float
    ncov: float
    relative: float | None


@dataclass(frozen=True)
class Success:
    """How many of the images that an attack got fool the network, in one repetition."""

    attack: str
    repetition: int
    requested: int
    obtained: int


@dataclass(frozen=True)
class Sensitivity:
    """All suites, and how the attacks did."""

    rows: Sequence[SensitivityRow]
    attacks: Sequence[Success]

    @property
    def success_rates(self) -> dict[str, float]:
        """The share of attacked images that fool the network, of each attack, in [0, 1]."""
        requested, obtained = Counter[str](), Counter[str]()
        for success in self.attacks:
            requested[success.attack] += success.requested
            obtained[success.attack] += success.obtained
        return {name: obtained[name] / number for name, number in requested.items()}

    @property
    def fooling_nothing(self) -> list[str]:
        """The attacks that fooled the network with no image at all."""
        return [name for name, rate in self.success_rates.items() if not rate]


@dataclass(frozen=True)
class SensitivitySummary:
    """The repetitions of one criterion, attack, size and share together: the mean of ``ncov`` and ``relative``.

    ``change`` is that of coverage, with its sign and interval. ``requested`` and ``obtained`` are of all repetitions.
    """

    criterion: str
    attack: str
    size: int
    share: float
    requested: int
    obtained: int
    change: Estimate
    ncov: float
    relative: float | None


def summary_of(rows: Sequence[SensitivityRow]) -> list[SensitivitySummary]:
    """The repetitions taken together.

    Raises:
        DataError: there are fewer than two.
    """
    groups: dict[tuple[str, str, int, float], list[SensitivityRow]] = defaultdict(list)
    for row in rows:
        groups[row.criterion, row.attack, row.size, row.share].append(row)
    found = []
    for kind, of_kind in groups.items():
        change = estimate_mean([row.after - row.before for row in of_kind])
        relatives = [row.relative for row in of_kind if row.relative is not None]
        requested, obtained = sum(row.requested for row in of_kind), sum(row.obtained for row in of_kind)
        ncov = float(np.mean([row.ncov for row in of_kind]))
        relative = float(np.mean(relatives)) if relatives else None
        found.append(SensitivitySummary(*kind, requested, obtained, change, ncov, relative))
    return found


def measure_sensitivity(
    network: nn.Module,
    criteria: Criteria,
    right: Suite,
    *,
    sizes: Sequence[int],
    shares: Sequence[float],
    attacks: Sequence[str],
    repetitions: int,
    batch_size: int,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> Sensitivity:
    """The coverage of suites drawn from ``right``, the samples answered rightly, before and after a replacement.

    In a repetition the smaller suites are the beginning of the larger ones, and a smaller share is replaced at the
    beginning of a larger one, so that each image is attacked once. An attack that fools with none of its images leaves
    the suite as it is, and has its rows as the others.

    Raises:
        ConfigError: there are fewer samples than the largest suite takes, or no such attack, or a share beyond [0, 1].
        MissingPackageError: foolbox is not installed.

    Source: WISDOM's third research question: ``ncov`` as its text defines it, ``relative`` as its code computes it.
    Differs: the images are attacked in [0, 1], with the normalisation inside the network; its code attacks normalised
    images with an attack that clips to [0, 1], which destroys their background.
    """
    require_attacks(list(attacks))
    if not sizes or not shares or not all(0 < share <= 1 for share in shares):
        raise ConfigError(f"the sizes are {list(sizes)}, the shares {list(shares)}; expected some, shares up to 1")
    if max(sizes) > len(right):
        raise ConfigError(
            f"a suite of {max(sizes)} samples is asked for, and the model answers {len(right)} rightly; expected sizes "
            "of at most that"
        )
    reader = next(iter(criteria.values())).reader
    changes: list[tuple[SensitivityRow, float]] = []
    successes = []
    for repetition in range(repetitions):
        suite = right.select(rng.permutation(len(right))[: max(sizes)])
        clean = read_suite(reader, suite.inputs, batch_size=batch_size)
        most = max(_number(share, max(sizes)) for share in shares)
        before = {size: _measure(criteria, clean, np.arange(size), batch_size) for size in sizes}
        for attack in attacks:
            made = attack_suite(
                network, suite.select(np.arange(most)), attack, batch_size=batch_size, generator=generator
            )
            successes.append(Success(attack, repetition, made.requested, made.obtained))
            both = join_units([clean, read_suite(reader, made.inputs, batch_size=batch_size)])
            for size in sizes:
                for share in shares:
                    requested = _number(share, size)
                    fooled = np.flatnonzero(made.is_fooled[:requested])
                    places = np.arange(size)
                    places[fooled] = len(clean) + fooled
                    after = _measure(criteria, both, places, batch_size)
                    for name in criteria:
                        first, then = before[size][name], after[name]
                        relative = abs(then - first) / first if first else None
                        row = SensitivityRow(
                            name, attack, size, share, repetition, requested, len(fooled), first, then, 0.0, relative
                        )
                        changes.append((row, then - first))
    return Sensitivity(_normalised(changes), successes)


def _number(share: float, size: int) -> int:
    return max(1, round(share * size))


def _measure(criteria: Criteria, units: UnitOutputs, places: np.ndarray, batch_size: int) -> Mapping[str, float]:
    found = measure_units(criteria, take_samples(units, places), batch_size=batch_size)
    return {name: coverage.value for name, coverage in found.items()}


def _normalised(changes: Sequence[tuple[SensitivityRow, float]]) -> list[SensitivityRow]:
    by_kind: dict[tuple[str, int], list[float]] = defaultdict(list)
    for row, change in changes:
        by_kind[row.criterion, row.size].append(change)
    ranges = {kind: max(values) - min(values) for kind, values in by_kind.items()}
    return [
        replace(row, ncov=change / ranges[row.criterion, row.size] if ranges[row.criterion, row.size] else 0.0)
        for row, change in changes
    ]
