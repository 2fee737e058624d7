"""The laws on random suites for each criterion, 40 or 200: small numbers, so that ties, edges and idle units abound."""

import numpy as np
import pytest
from torch import nn

from faultloc.methods.idc.criteria import CRITERIA, Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs
from tests.methods.idc.cases import CASES, IS_ORDER_FREE
from tests.methods.idc.references import Sample, as_units

WIDTHS = (3, 4, 1)
# The laws of a variant are mostly those of its criterion, and the slow references are slow.
VARIANT_SUITES, REFERENCES = 10, 5


def random_samples(generator: np.random.Generator, number: int, largest: int) -> list[Sample]:
    """Halves from -largest to largest; the first layer gives the classes, and the first three samples one each."""
    layers = [generator.integers(-largest, largest + 1, (number, width)) / 2 for width in WIDTHS]
    layers[0][:3] = np.eye(3)[: len(layers[0])]
    layers[1][:, 0] *= generator.integers(2)  # an idle unit, in half of the cases
    rows = zip(*(layer.astype(np.float32) for layer in layers), strict=True)
    return [Sample([list(layer) for layer in row], int(generator.integers(3)), row[0].tolist()) for row in rows]


def rows(units: UnitOutputs, places: slice | np.ndarray) -> UnitOutputs:
    assert units.answers is not None and units.labels is not None
    values = tuple(of_layer[places] for of_layer in units.values)
    return UnitOutputs(units.layers, values, units.answers[places], units.labels[places])


def seen(built: Criterion, units: UnitOutputs, size: int) -> Criterion:
    criterion = built.fresh()
    for start in range(0, len(units), size):
        criterion.observe(rows(units, slice(start, start + size)))
    return criterion


@pytest.mark.parametrize("suites", [40, pytest.param(200, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("named", CASES)
def test_the_laws_hold_for_random_suites(named, suites):
    generator = np.random.default_rng(sum(named.encode()))
    for number in range(suites if named in CRITERIA else VARIANT_SUITES):
        train, test = random_samples(generator, 12, 3), random_samples(generator, int(generator.integers(3, 10)), 4)
        built = CASES[named].make(nn.Sequential())
        built.learn(as_units(train))
        built.finish_build()
        units = as_units(test)
        whole = seen(built, units, len(test)).compute()
        assert 0 <= whole.covered <= whole.attainable <= whole.total
        if number < REFERENCES:
            assert (whole.covered, whole.total) == pytest.approx(CASES[named].reference([train], [test]), rel=1e-9)
        criterion, covered = built.fresh(), 0
        for start in range(0, len(test), 3):
            criterion.observe(rows(units, slice(start, start + 3)))
            found = criterion.compute()
            assert found.covered >= covered
            covered = found.covered
        if not IS_ORDER_FREE[named]:
            continue
        assert found == whole
        order = generator.permutation(len(test))
        one, other = seen(built, rows(units, order[:2]), 2), seen(built, rows(units, order[2:]), 4)
        assert one.merge(other).compute() == whole
        one.observe(units)
        assert one.compute().covered == whole.covered
