"""RQ2: does coverage grow more where the elements are changed that matter for the answers?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from faultloc.methods.idc.questions.estimates import Estimate, estimate_mean
from faultloc.methods.idc.questions.measuring import Criteria, observed
from faultloc.methods.idc.questions.perturbation import Places, add_noise, other_elements
from faultloc.methods.idc.questions.suites import Suite, join_units, read_suite
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader
from faultloc.subject.batches import as_model_input

_SUITES = ("original", "important", "random", "with_important", "with_random")


@dataclass(frozen=True)
class DiversityRow:
    """The coverage of five suites in one repetition, each in [0, 1].

    ``original``, the suite with noise on its ``important`` elements, the one with noise on ``random`` others, and the
    original together with each of both. ``covered`` and ``total`` belong to the values, in their order. By the union,
    ``with_important`` and ``with_random`` cover at least what the original does. Nothing else holds always: that
    important covers more than random, and random more than original, is what the question asks.
    """

    criterion: str
    repetition: int
    original: float
    important: float
    random: float
    with_important: float
    with_random: float
    covered: tuple[int | float, ...]
    total: int | float

    @property
    def gain(self) -> float:
        """How much more the original covers with important noise than with random noise; below 0 it is less."""
        return self.with_important - self.with_random


@dataclass(frozen=True)
class Order:
    """What all repetitions say of one criterion: the mean coverage of the five suites, in [0, 1].

    ``gain`` is the mean of how much more the original covers with important noise than with random noise; it was
    ``above`` 0 so often, and ``below`` so often.
    """

    criterion: str
    original: float
    important: float
    random: float
    with_important: float
    with_random: float
    gain: Estimate
    above: int
    below: int

    @property
    def sentence(self) -> str:
        """The order that was measured, and whether it may be claimed: the interval of the gain leaves 0 out."""
        alone = {"U_O": self.original, "U_I": self.important, "U_R": self.random}
        measured = ", ".join(f"{name} {100 * alone[name]:.2f}" for name in sorted(alone, key=lambda name: -alone[name]))
        unions = f"U_IO {100 * self.with_important:.2f} and U_RO {100 * self.with_random:.2f} %"
        often = f"U_IO above U_RO in {self.above}, below in {self.below} of {self.gain.repetitions}"
        if self.gain.is_above_zero:
            claim = "U_IO > U_RO is claimed"
        elif self.gain.is_below_zero:
            claim = "the order is reversed, U_RO > U_IO: a counter-example to important noise covering more"
        else:
            claim = "no order of U_IO and U_RO is claimed, since the interval of their difference holds 0"
        return f"{self.criterion}: {unions} ({often}; alone {measured}): {claim}"


def measure_diversity(
    criteria: Criteria,
    suite: Suite,
    important: Places,
    scale: Float[Tensor, "_"],
    *,
    repetitions: int,
    batch_size: int,
    rng: np.random.Generator,
) -> Iterator[DiversityRow]:
    """A row a repetition and criterion; in a repetition all criteria see the same noise.

    The criteria are built, read the same units, and are left as they were. ``important`` are places in each flattened
    input; the noise has the standard deviation ``scale`` (a number a channel, or one for all) and leads no input beyond
    the smallest and largest element of the suite.

    Raises:
        ConfigError: a criterion depends on the order of samples, so that there is no union of suites.

    Source: WISDOM's second research question. Its text calls the unions what its code scores: U_IO and U_RO.
    """
    reader = next(iter(criteria.values())).reader
    limits = _limits(suite, batch_size)
    original = read_suite(reader, suite.inputs, batch_size=batch_size)
    states = observed(criteria, original, batch_size=batch_size)
    for repetition in range(repetitions):
        random = other_elements(important, int(np.prod(suite.inputs.shape[1:])), rng)
        noisy = [_read_noisy(reader, suite, places, scale, limits, batch_size, rng) for places in (important, random)]
        shards = [observed(criteria, units, batch_size=batch_size) for units in noisy]
        for name, state in states.items():
            alone = [of_noise[name] for of_noise in shards]
            unions = [criteria[name].fresh().merge(state).merge(shard) for shard in alone]
            found = [shard.compute() for shard in (state, *alone, *unions)]
            values = dict(zip(_SUITES, (coverage.value for coverage in found), strict=True))
            covered = tuple(coverage.covered for coverage in found)
            yield DiversityRow(name, repetition, covered=covered, total=found[-1].total, **values)


def orders_of(rows: Sequence[DiversityRow]) -> list[Order]:
    """What the repetitions of each criterion say together.

    Raises:
        DataError: there are fewer than two repetitions.
    """
    found = []
    for name in dict.fromkeys(row.criterion for row in rows):
        own = [row for row in rows if row.criterion == name]
        means = {suite: float(np.mean([getattr(row, suite) for row in own])) for suite in _SUITES}
        gains = [row.gain for row in own]
        above, below = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
        found.append(Order(name, gain=estimate_mean(gains), above=above, below=below, **means))
    return found


def _read_noisy(
    reader: UnitReader,
    suite: Suite,
    places: Places,
    scale: Float[Tensor, "_"],
    limits: tuple[float, float],
    batch_size: int,
    rng: np.random.Generator,
) -> UnitOutputs:
    parts = []
    for start in range(0, len(suite), batch_size):
        inputs = as_model_input(suite.inputs[start : start + batch_size])
        parts.append(reader.read(add_noise(inputs, places[start : start + batch_size], scale, limits, rng)))
    return join_units(parts)


def _limits(suite: Suite, batch_size: int) -> tuple[float, float]:
    ranges = [as_model_input(batch).aminmax() for batch, _ in suite.batches(batch_size)]
    return min(float(least) for least, _ in ranges), max(float(most) for _, most in ranges)
