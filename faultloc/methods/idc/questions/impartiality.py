"""RQ4: does coverage go with the evenness of what the network answers, or against it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.attacks import attack_suite, require_attacks
from faultloc.methods.idc.questions.class_shares import draw_biased_suite, draw_even_suite
from faultloc.methods.idc.questions.evenness import Correlation, correlate, evenness
from faultloc.methods.idc.questions.measuring import Criteria, measure_units
from faultloc.methods.idc.questions.sensitivity import Success
from faultloc.methods.idc.questions.suites import Suite, read_suite, take_samples
from faultloc.methods.idc.unit_outputs import UnitOutputs

Kind = Literal["biased", "even", "attacked"]


@dataclass(frozen=True)
class ImpartialityRow:
    """One suite by one criterion: its ``coverage`` and the ``evenness`` of the network's answers to it, in [0, 1].

    ``biased`` suites have some classes more than others, by ``alpha``; ``even`` ones all alike; ``attacked`` are
    the even ones as an attack has changed them, whether it fooled the network or not.
    """

    criterion: str
    size: int
    kind: Kind
    suite: int
    alpha: float | None
    coverage: float
    evenness: float


@dataclass(frozen=True)
class CorrelationRow:
    """How a criterion goes with evenness over all suites of a size, or over the biased ones alone."""

    criterion: str
    size: int
    suites: Literal["biased", "all"]
    found: Correlation


@dataclass(frozen=True)
class Impartiality:
    """All suites, and how the attack did; without an attack there are no ``attacks``."""

    rows: Sequence[ImpartialityRow]
    attacks: Sequence[Success]

    @property
    def requested(self) -> int:
        """How many images were attacked."""
        return sum(success.requested for success in self.attacks)

    @property
    def obtained(self) -> int:
        """How many of these fool the network."""
        return sum(success.obtained for success in self.attacks)


def measure_impartiality(
    network: nn.Module,
    criteria: Criteria,
    pool: Suite,
    *,
    classes: int,
    sizes: Sequence[int],
    biased: int,
    even: int,
    attack: str | None,
    batch_size: int,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> Impartiality:
    """The coverage and the evenness of ``biased`` and ``even`` suites of each size, drawn from ``pool``.

    Each even suite is there a second time after the ``attack``; None leaves that out.

    Raises:
        ConfigError: there are fewer samples than the largest suite takes, fewer than 20 biased suites, no such attack.
        MissingPackageError: foolbox is not installed.

    Source: WISDOM's fourth research question, which has even and attacked suites only; these all have an evenness near
    1, so that a correlation over them is chance.
    """
    if biased < 20:
        raise ConfigError(f"{biased} biased suites a size are asked for; expected 20 or more, for a correlation")
    if attack is not None:
        require_attacks([attack])
    reader = next(iter(criteria.values())).reader
    units = read_suite(reader, pool.inputs, batch_size=batch_size)
    rows: list[ImpartialityRow] = []
    successes = []

    def measure(of: UnitOutputs, size: int, kind: Kind, suite: int, alpha: float | None) -> None:
        answers = _answers(of)
        even_by = evenness(answers, max(classes, int(answers.max()) + 1))
        for name, found in measure_units(criteria, of, batch_size=batch_size).items():
            rows.append(ImpartialityRow(name, size, kind, suite, alpha, found.value, even_by))

    for size in sizes:
        for suite in range(biased):
            places, alpha = draw_biased_suite(pool.labels, size, classes, rng)
            measure(take_samples(units, places), size, "biased", suite, alpha)
        for suite in range(even):
            places = draw_even_suite(pool.labels, size, classes, rng)
            measure(take_samples(units, places), size, "even", suite, None)
            if attack is not None:
                made = attack_suite(network, pool.select(places), attack, batch_size=batch_size, generator=generator)
                successes.append(Success(attack, suite, made.requested, made.obtained))
                measure(read_suite(reader, made.inputs, batch_size=batch_size), size, "attacked", suite, None)
    return Impartiality(rows, successes)


def correlations_of(
    rows: Sequence[ImpartialityRow], *, resamples: int, rng: np.random.Generator
) -> list[CorrelationRow]:
    """The correlation of each criterion with evenness at each size, over the biased suites and over all.

    Raises:
        DataError: there are fewer than 20 suites of a size.
    """
    found = []
    for name, size in dict.fromkeys((row.criterion, row.size) for row in rows):
        own = [row for row in rows if (row.criterion, row.size) == (name, size)]
        for which in ("biased", "all"):
            kept = [row for row in own if which == "all" or row.kind == "biased"]
            coverages, evennesses = [row.coverage for row in kept], [row.evenness for row in kept]
            correlation = correlate(coverages, evennesses, resamples=resamples, rng=rng)
            found.append(CorrelationRow(name, size, which, correlation))
    return found


def _answers(units: UnitOutputs) -> Int[np.ndarray, "sample"]:
    if units.answers is None:
        raise ConfigError("the network gives no row of numbers a sample; expected a classifier, for even answers")
    return units.answers.argmax(1)
