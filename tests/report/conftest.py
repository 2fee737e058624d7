from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from faultloc.fault_estimate import FaultEstimate
from faultloc.report.dfaulo.content import FaultsFound, ReportContent, Training
from faultloc.report.dfaulo.suspects import Suspect, TrueState

METRICS = {
    "dfaulo_offline": {"pobl@5": 0.9, "rauc": 0.97, "exam_average": 0.06},
    "dfaulo_online": {"pobl@5": 0.95, "rauc": 0.99, "exam_average": 0.03},
    "dfaulo_input": {"pobl@5": 0.5, "rauc": 0.8, "exam_average": 0.2},
    "loss": {"pobl@5": 0.97, "rauc": 0.98, "exam_average": 0.04},
    "random": {"pobl@5": 0.05, "rauc": 0.5, "exam_average": 0.5},
}


@pytest.fixture
def make_content() -> Callable[..., ReportContent]:
    """The content of a report on 200 pictures or texts, with or without a truth."""

    def make(
        *, known: bool = True, text: str = "", class_name: str = "ankle boot", estimated: bool = False
    ) -> ReportContent:
        generator = np.random.default_rng(0)
        suspects = [
            Suspect(
                rank=rank,
                sample_id=f"id-{rank}",
                given_label=class_name,
                predicted_label="bag",
                suspiciousness=1 - rank / 100,
                picture=None if text else Image.fromarray(generator.integers(0, 256, (28, 28), dtype=np.uint8)),
                text=text,
                kind="wrong label" if estimated else "",
                suggested_label="sandal" if estimated else "",
                truth=TrueState(rank < 3, "label changed" if rank < 3 else "", "bag") if known else None,
            )
            for rank in range(1, 6)
        ]
        share = np.arange(101) / 100
        curves = {"inspected": np.arange(101), "ideal": np.minimum(1, 20 * share)}
        return ReportContent(
            estimate=FaultEstimate(12, 8, 17, 15) if estimated else None,
            sample_count=200,
            class_names=[class_name, "bag"],
            suspects=suspects,
            faults=FaultsFound("planted", {"label changed": 10}, 10, 0.05, 10, 9) if known else None,
            reviewed=40 if known else 0,
            metrics=METRICS if known else {},
            curves=pd.DataFrame({**curves, "dfaulo_offline": np.sqrt(share), "random": share} if known else {}),
            training=Training(
                0.93, 0.948, pd.DataFrame({"epoch": [1, 2], "loss": [0.9, 0.4], "accuracy": [0.7, 0.93]})
            ),
        )

    return make
