import numpy as np
import pandas as pd
from PIL import Image

from faultloc.report.dfaulo.suspects import most_suspicious
from faultloc.report.shared.pictures import mark_points
from faultloc.subject.dataset import LabeledDataset, Targets


def test_a_point_is_marked_where_it_lies_in_the_enlarged_picture():
    marked = np.asarray(
        mark_points(Image.new("L", (160, 160)), 40, np.float32([10, 30, 5, 20]), "#ff0000", as_ring=False)
    )
    rows, columns = np.nonzero(marked[:, :, 0])
    assert marked[20, 40].tolist() == [255, 0, 0]  # 10, 5
    assert marked[80, 120].tolist() == [255, 0, 0]  # 30, 20
    near = [min(np.hypot(x - 40, y - 20), np.hypot(x - 120, y - 80)) for x, y in zip(columns, rows, strict=True)]
    assert max(near) < 8


def test_the_points_of_a_suspect_are_drawn_and_other_targets_are_not():
    values = np.float32([[10, 30, 5, 20]])
    ranking = pd.DataFrame(
        {
            "rank": [1],
            "sample_id": ["a"],
            "given_label": ["10.0 30.0 5.0 20.0"],
            "predicted_label": ["11.0 29.0 30.0 20.0"],
            "suspiciousness": [0.5],
        }
    )

    def shades(are_points: bool) -> set[tuple[int, ...]]:
        targets = Targets(values, 0, 40, are_points)
        inputs, ids = np.zeros((1, 1, 40, 40), dtype=np.uint8), np.array(["a"])
        dataset = LabeledDataset(inputs, np.zeros(1, dtype=np.int64), ids, ("face",), targets)
        picture = most_suspicious(dataset, ranking, None, count=1)[0].picture.convert("RGB")
        return {tuple(pixel) for pixel in np.asarray(picture).reshape(-1, 3).tolist()}

    assert len(shades(True)) == 3  # black, what is given, what the model says
    assert shades(False) == {(0, 0, 0)}
