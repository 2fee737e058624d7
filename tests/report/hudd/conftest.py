from collections.abc import Callable

import numpy as np
import pytest

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.report.hudd.content import CausesContent, Retrained, RetrainedMode
from faultloc.report.hudd.shown_cause import show_causes
from faultloc.subject.dataset import LabeledDataset


@pytest.fixture
def make_content() -> Callable[..., CausesContent]:
    """Twelve errors of forty samples in two clusters of six and four, and two apart."""

    def make(
        *, class_name: str = "stop", heat: bool = True, shown: int = 24, text: str = "", retrained: bool = False
    ) -> CausesContent:
        generator = np.random.default_rng(0)
        shape = (40, 3, 8, 12) if not text else (40, 5)
        inputs = generator.integers(0, 256, shape, dtype=np.uint8) if not text else np.zeros(shape, np.int32)
        places = np.arange(0, 36, 3)
        labels, predicted = np.zeros(12, dtype=np.int64), np.array([1] * 9 + [2] * 3)
        all_labels = np.ones(40, dtype=np.int64)
        all_labels[places] = labels
        ids = np.array([f"test/{number}.png" for number in range(40)])
        dataset = LabeledDataset(inputs, all_labels, ids, [class_name, "yield", "parking"])
        correct = np.setdiff1d(np.arange(40), places)
        errors = Errors(places, labels, predicted, correct, all_labels[correct])
        cluster = np.array([0] * 6 + [1] * 4 + [-1] * 2)
        distances = np.where(cluster < 0, np.nan, np.arange(12) % 6)
        causes = RootCauses("conv2", cluster, np.array([0, 6]), distances)
        heatmaps = generator.normal(size=(12, 8, 12)) if heat else None
        return CausesContent(
            test_samples=40,
            errors=12,
            layer="conv2",
            evidence="how they deviate",
            causes=show_causes(
                dataset,
                errors,
                causes,
                count=shown,
                heatmaps=heatmaps,
                texts=[text] * 40 if text else (),
                unusual={2: ["angle: 60 (of right samples: 0)"]},
            ),
            class_names=dataset.class_names,
            why_no_heatmaps="" if heat else "No heatmaps can be shown: the network cannot be traced.",
            unsafe={1: 3},
            folders={"Images": "results/causes"},
            retrained=Retrained(0.7, 40, [RetrainedMode("HUDD", [0.7, 0.8], 9)], ["Nothing is gained."])
            if retrained
            else None,
        )

    return make
