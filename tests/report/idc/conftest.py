from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from faultloc.coverage import Coverage
from faultloc.methods.idc.common_units import common_units
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.greedy import choose_additions
from faultloc.methods.idc.important_outputs import important_outputs
from faultloc.methods.idc.uncovered import nearest_uncovered
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.report.idc.content import CoveragePage
from faultloc.report.idc.gathering import SampleDrawer, show_additions, show_important, show_relevance
from faultloc.subject.dataset import LabeledDataset

# What each of two units gives in training, and for six test samples: one each of the four combinations is missing.
TRAIN = np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 0.0], [10.0, 10.0]])
TEST = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 9.0], [0.0, 0.0], [9.0, 4.0], [2.0, 2.0]])
POOL = np.array([[0.0, 0.0], [9.0, 9.0], [10.0, 10.0]])


@pytest.fixture
def make_page() -> Callable[..., CoveragePage]:
    """Six samples that reach three of four combinations, the fourth 1 away; two of three inputs of a pool reach it."""

    def make(
        *,
        class_name: str = "stop",
        layer: str = "conv",
        sample_id: str = "test/0.png",
        kind: str = "image",
        text: str = "",
        units: int = 2,
    ) -> CoveragePage:
        numbers = range(units)
        criterion = ImportanceDrivenCoverage(nn.Sequential(), units=[(layer, number) for number in numbers])
        wider = lambda values: UnitOutputs((layer,), (np.tile(values, (1, -(-units // 2)))[:, :units],))
        criterion.learn(wider(TRAIN))
        criterion.finish_build()
        criterion.observe(wider(TEST))
        values = important_outputs(criterion, [wider(TEST)])
        drawer = SampleDrawer(_dataset(len(TEST), class_name, sample_id, kind), [text] * 6 if text else ())
        pool = SampleDrawer(_dataset(len(POOL), class_name, sample_id, kind), [text] * 3 if text else (), (), False)
        coverage = criterion.compute()
        heat = np.random.default_rng(1).normal(size=(2, 3, 8, 12))
        return CoveragePage(
            test_samples=len(TEST),
            criteria=[coverage, Coverage("nc", 3, 3, 3, ("saturated: no other 6 samples would cover more",))],
            important=show_important(
                criterion,
                values,
                nearest_uncovered(criterion, values, 3),
                drawer,
                importance={layer: np.arange(units) + 0.5},
                layer_name=lambda name: name.upper(),
            ),
            additions=show_additions(choose_additions(criterion, [wider(POOL)], 5), int(coverage.total), pool),
            common=common_units({class_name: [(layer, 0)], "yield": [(layer, 0), (layer, 1)]}, [layer]),
            laid=show_relevance(drawer, [0, 4], heat, [class_name, "yield"]),
            about={"Data": class_name},
            folders={"Table": sample_id},
        )

    return make


@pytest.fixture
def without_idc(make_page) -> CoveragePage:
    page = make_page()
    return replace(page, criteria=page.criteria[1:], important=None, additions=None, common=None, laid=())


def _dataset(samples: int, class_name: str, sample_id: str, kind: str) -> LabeledDataset:
    generator = np.random.default_rng(0)
    inputs = {
        "image": generator.integers(0, 256, (samples, 3, 8, 12), dtype=np.uint8),
        "vector": generator.normal(size=(samples, 4)).astype(np.float32),
        "tokens": np.zeros((samples, 5), np.int32),
    }[kind]
    ids = np.array([sample_id.replace("0", str(number), 1) for number in range(samples)])
    return LabeledDataset(inputs, np.arange(samples) % 2, ids, [class_name, "yield"])
