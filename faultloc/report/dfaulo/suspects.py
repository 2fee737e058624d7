"""The samples that the report shows."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Shaped
from PIL import Image

from faultloc.errors import ConfigError
from faultloc.faults.planted import PlantedFault
from faultloc.kinds import FOREIGN_INPUT
from faultloc.report.dfaulo.fault_words import fault_words
from faultloc.report.shared.pictures import draw_picture, mark_points
from faultloc.report.shared.spelling import spell_input
from faultloc.report.shared.theme import LIGHT
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.row_order import rows_of


@dataclass(frozen=True)
class TrueState:
    """What a sample really is; ``fault`` says what was done to it, and nothing for a sound one.

    ``label`` is empty where the sample has targets instead: what they were before is not known.
    """

    is_fault: bool
    fault: str
    label: str


@dataclass(frozen=True)
class Suspect:
    """One suspicious sample as people see it: a picture, or else a text; ``truth`` is None where none is known.

    ``kind`` says what is suspected and ``suggested_label`` what would be right; empty where the scorer does not say.
    """

    rank: int
    sample_id: str
    given_label: str
    predicted_label: str
    suspiciousness: float
    picture: Image.Image | None
    text: str
    truth: TrueState | None
    kind: str = ""
    suggested_label: str = ""

    @property
    def fitting_label(self) -> str:
        """The label that would be right; empty where none would, as of a foreign input, or none is known."""
        return "" if self.kind == FOREIGN_INPUT else self.suggested_label

    @property
    def is_fault(self) -> bool:
        """True for a fault that is known to be one."""
        return self.truth is not None and self.truth.is_fault


def most_suspicious(
    dataset: LabeledDataset,
    ranking: pd.DataFrame,
    truth: PlantedFault | None,
    *,
    count: int,
    texts: Sequence[str] = (),
    vocabulary: Sequence[str] = (),
) -> list[Suspect]:
    """The first ``count`` samples of ``ranking``, its columns being those of `ranking.csv`.

    ``texts`` are in the order of ``dataset``; without them, tokens are spelt with ``vocabulary``.

    Raises:
        ConfigError: ``count`` is below 1.
        DataError: the ranking or the truth belongs to another data set.
    """
    if count < 1:
        raise ConfigError(f"a gallery of {count} samples was asked for; expected 1 or more")
    top = ranking.sort_values("rank").head(count)
    ids = top["sample_id"].to_numpy(dtype=np.str_)
    rows = rows_of(ids, dataset.sample_ids, "data/dataset")
    states = _true_states(ids, truth, dataset.class_names if dataset.targets is None else [""])
    suspects = []
    for row, state, entry in zip(rows, states, top.to_dict("records"), strict=True):
        picture = draw_picture(dataset.inputs[row], dataset.input_kind)
        if picture is not None and dataset.targets is not None and dataset.targets.are_points:
            picture = _with_points(picture, dataset, int(row), str(entry["predicted_label"]))
        suspects.append(
            Suspect(
                rank=int(entry["rank"]),
                sample_id=str(entry["sample_id"]),
                given_label=str(entry["given_label"]),
                predicted_label=str(entry["predicted_label"]),
                suspiciousness=float(entry["suspiciousness"]),
                picture=picture,
                text="" if picture else spell_input(dataset, int(row), texts, vocabulary),
                truth=state,
                kind=_said(entry, "kind"),
                suggested_label=_said(entry, "suggested_label"),
            )
        )
    return suspects


def _with_points(picture: Image.Image, dataset: LabeledDataset, row: int, predicted: str) -> Image.Image:
    """The points that are given, as rings, and those that the model says, as crosses."""
    width = dataset.inputs.shape[3]
    said = np.array(predicted.split(), dtype=np.float32)
    marked = mark_points(picture, width, dataset.given[row], LIGHT.fault, as_ring=True)
    return mark_points(marked, width, said, LIGHT.accent, as_ring=False)


def _said(entry: Mapping[Hashable, Any], column: str) -> str:
    value = entry.get(column, "")
    return "" if pd.isna(value) else str(value)


def _true_states(
    ids: Shaped[np.ndarray, "chosen"], truth: PlantedFault | None, class_names: Sequence[str]
) -> list[TrueState | None]:
    if truth is None:
        return [None] * len(ids)
    rows = rows_of(ids, truth.sample_ids, "data/truth")
    return [
        TrueState(bool(kind), fault_words(str(kind)), class_names[label])
        for kind, label in zip(truth.fault_kinds[rows], truth.true_labels[rows], strict=True)
    ]
